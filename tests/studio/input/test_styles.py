"""Styles as files: what a file may say, what is refused in which words, and that no name leads out of the folder."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from studio.errors import BadInput, Contradiction
from studio.input.option_checks import changed_options, differences, film_options
from studio.input.styles import (
    all_styles,
    frozen_style,
    parse_style,
    picture_words,
    style_of,
    style_text,
    with_style_kept,
)
from studio.model.brief import DEFAULT_STYLE, Brief, FilmOptions
from studio.model.style import NO_SETTINGS, SECTIONS, StyleSettings

WHOLE = (
    "---\nname: mine\ntitle: Mine\nabout: A look.\nsettings:\n  palette: mono\n---\n\n## Picture\n\nGrey *and* calm.\n"
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own folder of styles, with one in it."""
    monkeypatch.setenv("FILM_STYLES", str(tmp_path))
    (tmp_path / "mine.md").write_text(WHOLE, "utf-8")
    return tmp_path


def test_the_program_s_styles_are_whole(own: Path) -> None:
    """Each has every section, a line about it and a sample, and settings of its own."""
    found = [each for each in all_styles() if not each.own]
    assert len(found) == 12
    looks = set()
    for each in found:
        assert each.style is not None, each.fault
        assert all(getattr(each.style, name) for name in SECTIONS), each.name
        assert each.style.about, each.name
        assert each.style.sample, each.name
        looks.add((each.style.settings.palette, each.style.settings.line, each.style.settings.frame))
    assert len(looks) == len(found)


def test_the_program_s_styles_set_only_what_has_an_effect() -> None:
    """None sets what is set anyway, or a grain of at most 1, which is as painted."""
    for each in all_styles({}):
        assert each.style is not None, each.fault
        settings = each.style.settings
        assert {
            key for key in settings.model_fields_set if getattr(settings, key) == getattr(NO_SETTINGS, key)
        } == set()
        assert "grain" not in settings.model_fields_set or settings.grain > 1, each.name


def test_a_person_s_own_style_comes_first(own: Path) -> None:
    """A file of the name of one of the program's stands for it."""
    (own / "noir.md").write_text(WHOLE.replace("mine", "noir").replace("Mine", "My noir"), "utf-8")
    text = style_text("noir")
    assert text is not None
    assert parse_style(text).title == "My noir"
    assert [each.own for each in all_styles() if each.name == "noir"] == [True]


@pytest.mark.parametrize("written", ["picture-book", "Picture book", " PICTURE_BOOK ", "picture  book"])
def test_a_name_may_be_written_as_words(written: str) -> None:
    """Case and what parts the words do not matter."""
    assert style_text(written) == style_text("picture-book") is not None


def _mistyped(dice: random.Random, name: str) -> str:
    place = dice.randrange(len(name))
    how = dice.randrange(3)
    if how == 0:
        return name[:place] + name[place + 1 :]
    if how == 1:
        return name[:place] + dice.choice("abcdefghijklmnopqrstuvwxyz") + name[place:]
    return name[:place] + dice.choice("abcdefghijklmnopqrstuvwxyz") + name[place + 1 :]


def test_an_unknown_key_is_refused_with_the_nearest() -> None:
    """A mistyped setting or section is named, with the one that was meant; never read as nothing."""
    dice = random.Random(5)
    known = [*StyleSettings.model_fields]
    for _ in range(300):
        key = dice.choice([each for each in known if len(each) > 5])
        wrong = _mistyped(dice, key)
        if wrong in known:
            continue
        with pytest.raises(BadInput, match="is not known") as told:
            parse_style(f"---\ntitle: T\nsettings:\n  {wrong}: 1\n---\n")
        assert wrong in str(told.value)
        assert repr(key) in str(told.value)
        section = dice.choice([each for each in SECTIONS if len(each) > 4])
        wrong = _mistyped(dice, section)
        if wrong in SECTIONS:
            continue
        with pytest.raises(BadInput, match="is not known") as told:
            parse_style(f"---\ntitle: T\n---\n## {wrong.title()}\n\nwords\n")
        assert section in str(told.value).lower()


WRONG = {
    "no front matter": ("## Picture\n\nx\n", "front matter"),
    "front matter without an end": ("---\ntitle: x\n", "front matter"),
    "a list": ("---\n- a\n---\n", "holds no keys"),
    "no title": ("---\nname: x\n---\n", "title"),
    "an alias": ("---\na: &a [1]\ntitle: *a\n---\n", "aliases"),
    "a tag": ("---\ntitle: !!python/object:os.system x\n---\n", "tags"),
    "deep": ("---\ntitle: " + "[" * 400 + "\n---\n", "front matter"),
    "long": ("---\ntitle: x\n---\n## Picture\n" + "a" * 30_000, "shorten"),
    "a long section": ("---\ntitle: x\n---\n## Picture\n" + "a b " * 1_000, "picture"),
    "a wrong palette": ("---\ntitle: x\nsettings: {palette: mauve}\n---\n", "palette"),
    "a wrong number": ("---\ntitle: x\nsettings: {pace: fast}\n---\n", "pace"),
    "too fast": ("---\ntitle: x\nsettings: {pace: 99}\n---\n", "pace"),
    "a colour without marks": ("---\ntitle: x\nsettings: {ink: 000000}\n---\n", "ink: a colour needs quotation marks"),
    "a colour as a remark": ("---\ntitle: x\nsettings:\n  ink: #ffffff\n---\n", "ink: a colour needs quotation marks"),
    "a move that is none": ("---\ntitle: x\nsettings: {moves: [fly]}\n---\n", "moves"),
    "words in no section": ("---\ntitle: x\n---\nhello\n", "no section"),
    "a section twice": ("---\ntitle: x\n---\n## Cut\na\n## Cut\nb\n", "twice"),
    "a name that is a number": ("---\nname: 123\ntitle: x\n---\n", "name: '123' needs quotation marks"),
    "a name that is a path": ("---\nname: ../x\ntitle: x\n---\n", "name"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_told_in_one_line(what: str) -> None:
    """What is wrong is said in one line that names it."""
    text, named = WRONG[what]
    with pytest.raises(BadInput) as told:
        parse_style(text)
    assert "\n" not in str(told.value)
    assert named in str(told.value)
    assert len(str(told.value)) < 400


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("'<b>Hi</b>, **you** &amp; me.'", ("Hi, you & me.",)),
        ("'Read [this](https://example.org/a).'", ("Read this.",)),
        ('"A\\x1b[31mred\\nmoon."', ("A[31mred moon.",)),
        ("'***'", ()),
        ("It is 3 * 4.", ("It is 3 * 4.",)),
    ],
)
def test_sentences_are_read_as_those_of_a_script(written: str, told: tuple[str, ...]) -> None:
    """What a style has said is without markup and control characters."""
    for key in ("opening", "closing", "asides"):
        style = parse_style(f"---\ntitle: T\nsettings:\n  {key}: [{written}]\n---\n")
        assert getattr(style.settings, key) == told


def test_a_style_of_another_name_than_its_file_is_refused(own: Path) -> None:
    """A copied file says what to change."""
    (own / "other.md").write_text(WHOLE, "utf-8")
    with pytest.raises(BadInput, match=r"'mine'.*'other'"):
        style_text("other")
    assert [bool(each.fault) for each in all_styles() if each.name in ("mine", "other")] == [False, True]


def _hostile_names() -> list[str]:
    dice = random.Random(3)
    parts = ["..", ".", "/", "\\", "etc", "passwd", "noir", "~", "\0", "%2e%2e", "//", "C:", "\n", "mine.md", "$HOME"]
    drawn = ["".join(dice.choices(parts, k=dice.randint(1, 6))) for _ in range(300)]
    return [*drawn, "../../etc/passwd", "/etc/passwd", "a" * 400, "", " ", "noir/", "./noir", "mine.md", "no\0ir"]


def test_no_name_leads_out_of_the_folders(own: Path) -> None:
    """What looks like a path opens nothing: it is a style in words, as any text."""
    (own.parent / "passwd.md").write_text("secret", "utf-8")
    for name in _hostile_names():
        plain = name.strip().lower()
        if plain in ("noir", "mine", "etc", "passwd", "etcpasswd"):
            continue
        found = style_text(name)
        assert found is None or parse_style(found).name in ("noir", "mine"), name


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device", "large", "not utf-8"])
def test_what_is_no_plain_file_is_refused(own: Path, kind: str) -> None:
    """A link, a pipe or a folder in place of a style's file is told, and waits for nothing."""
    path = own / "trap.md"
    if kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"\xff\xfe" if kind == "not utf-8" else b"x" * 200_000)
    with pytest.raises(BadInput, match=r"trap\.md"):
        style_text("trap")
    assert any(each.name == "trap" and each.fault for each in all_styles())


def _words() -> list[str]:
    dice = random.Random(9)
    signs = [
        "*",
        "_",
        "#",
        "`",
        "[x](y)",
        "&amp;",
        "<b>",
        "---",
        "'",
        '"',
        "\\",
        ": ",
        "- ",
        "1. ",
        "é",
        "日本",
        ". ",
        ", ",
    ]
    return [" ".join(dice.choices(["oil", "paint", "soft light", *signs], k=dice.randint(1, 9))) for _ in range(300)]


def test_free_words_are_kept_as_they_are() -> None:
    """A style in words is what a person wrote, whatever signs are in it."""
    for words in _words():
        options = with_style_kept(FilmOptions(style=words))
        assert picture_words(options) == " ".join(words.split()), words
        style = style_of(options)
        assert style is not None
        assert style.settings == StyleSettings()


def test_a_session_keeps_its_style(own: Path) -> None:
    """The same name again changes nothing, not even if its file did; --change takes the file as it is now."""
    options = with_style_kept(film_options(style="mine"))
    brief = Brief(idea="x", options=options, seed=1, started_at="", version="")
    (own / "mine.md").write_text(WHOLE.replace("mono", "sepia"), "utf-8")
    given: dict[str, object] = {"style": "mine", "style_text": style_text("mine")}
    assert changed_options(brief, given, apply=False, session_id="s") == options
    style = style_of(changed_options(brief, given, apply=True, session_id="s"))
    assert style is not None
    assert style.settings.palette == "sepia"


def test_an_older_session_s_words_stay_words() -> None:
    """A style that was words when its film was begun, and now is a name, stays words, whatever else is changed."""
    brief = Brief(idea="x", options=FilmOptions(style="noir"), seed=1, started_at="", version="")
    for given in (
        {"captions": "burned"},
        {"style": "noir", "captions": "burned"},
        {"style": "noir", "style_text": None},
    ):
        changed = changed_options(brief, dict(given), apply=True, session_id="s")
        assert changed.style_text is None
        assert changed.style == "noir"


def test_another_style_is_taken_with_its_text(own: Path) -> None:
    """A change to another name, or to words, keeps that style's text; to the usual one, none."""
    brief = Brief(idea="x", options=with_style_kept(FilmOptions(style="noir")), seed=1, started_at="", version="")
    changed = changed_options(brief, {"style": "mine"}, apply=True, session_id="s")
    assert changed.style_text == style_text("mine")
    assert changed_options(brief, {"style": "chalk"}, apply=True, session_id="s").style_text == frozen_style("chalk")
    assert changed_options(brief, {"style": DEFAULT_STYLE}, apply=True, session_id="s").style_text is None


def test_of_a_style_the_name_counts(own: Path) -> None:
    """A film is asked for again by its style's name, whether it keeps the text, an older text, or none."""
    asked, kept = FilmOptions(style="mine"), with_style_kept(FilmOptions(style="mine"))
    (own / "mine.md").write_text(WHOLE.replace("mono", "sepia"), "utf-8")
    newer = with_style_kept(asked)
    assert kept != newer
    for one in (asked, kept, newer):
        for other in (asked, kept, newer):
            assert one.same_as(other)
            assert differences(one, other) == []
    assert not asked.same_as(FilmOptions(style="noir"))
    with pytest.raises(Contradiction, match=r"other options .style is 'mine', not 'noir'.: "):
        changed_options(
            Brief(idea="x", options=kept, seed=1, started_at="", version=""),
            {"style": "noir"},
            apply=False,
            session_id="s",
        )
