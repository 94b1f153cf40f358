"""Laws of a crew's file: what it says is kept as it is, or refused in one line before anything is begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput
from studio.input.crew_file import crew_options, read_crew
from studio.input.option_checks import film_options
from studio.model.brief import CREW_CHARACTERS, FilmOptions, is_crew_file

GOOD = """
painter = "gradient"
at_once = 4
per_minute = 30
negative_prompt = "text, 文字"

[settings.painter]
direction = "across"
weights = [1, 2.5, true]
"""


def read(folder: Path, content: str | bytes, name: str = "mine.toml") -> dict[str, object]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_crew(path, "--crew")


def test_what_a_file_says_is_kept(tmp_path: Path) -> None:
    """The options are the file's name, without its folder, and its content."""
    options = film_options(**read(tmp_path, GOOD))
    assert options.crew == "mine.toml"
    assert options.crew_settings == {
        "painter": "gradient",
        "at_once": 4,
        "per_minute": 30,
        "negative_prompt": "text, 文字",
        "settings": {"painter": {"direction": "across", "weights": [1, 2.5, True]}},
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("painter = ", "is not TOML"),
        ("painter = 'a'\npainter = 'b'", "is not TOML"),
        ("", "it names no engine"),
        ("# painter = 'a'\n", "it names no engine"),
        ("[openai]\napi_key = 'sk-1'", "openai: an account has a key"),
        ("stability = {}", "stability: an account has a key"),
        ("since = 2025-02-08", "put quotes around dates"),
        ("[settings.painter]\nat = 07:30:00", "put quotes around dates"),
        ("at_once = inf", "put quotes around dates"),
        ("at_once = nan", "put quotes around dates"),
        ("a" + ".a" * 20_000 + " = 1", "more than 200 dots"),
        ("a = " + "[" * 40_000 + "]" * 40_000, "nests too deep"),
        ("a = " + "9" * 5_000, "a number too long to read"),
        (b"painter = '\xff'", "is not UTF-8"),
        ("a = 'a'\n" * 200_000, "more than 1 MB"),
    ],
)
def test_what_cannot_be_a_crew_is_one_line(tmp_path: Path, content: str | bytes, told: str) -> None:
    """It names the option, the file, what is wrong; and no value, which may be a key put there by mistake."""
    with pytest.raises(BadInput, match=r"^--crew: ") as refused:
        read(tmp_path, content)
    assert told in str(refused.value)
    assert "mine.toml" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "sk-1" not in str(refused.value)


def test_settings_without_end_are_refused(tmp_path: Path) -> None:
    """What is kept with every film has a limit."""
    given = read(tmp_path, f"negative_prompt = '{'x' * CREW_CHARACTERS}'")
    with pytest.raises(BadInput, match=r"--crew-settings .*: is longer than a crew may be, 20,000 letters"):
        film_options(**given)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is named."""
    (tmp_path / "folder.toml").mkdir()
    for name in ("none.toml", "folder.toml"):
        with pytest.raises(BadInput, match=rf"--crew: cannot read '.*{name}'"):
            read_crew(tmp_path / name, "--crew")


@pytest.mark.parametrize(
    ("crew", "is_file"),
    [
        ("mine.toml", True),
        ("a/b.TOML", True),
        ("../x.toml", True),
        ("offline", False),
        ("mine-toml", False),
        ("", False),
    ],
)
def test_what_names_a_file(crew: str, is_file: bool) -> None:
    """By its ending alone, which no name of a crew has."""
    assert is_crew_file(crew) == is_file


@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.tuples(
                st.sampled_from(["painter", "settings.painter.a", "[settings.writer]", "openai.x", "at_once", "'é'"]),
                st.sampled_from(["1", "'a'", "[1, {}]", "1979-05-27", "inf", "", "true", "[[a]]", '"""\n"""']),
            ),
            max_size=6,
        ).map(lambda lines: "\n".join(f"{name} = {value}" for name, value in lines)),
    )
)
def test_any_text_is_a_crew_or_bad_input(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Total: any text gives options that can be kept, or one line."""
    folder = tmp_path_factory.mktemp("crew")
    try:
        options = film_options(**read(folder, text.encode("utf-8", "surrogatepass")))
    except BadInput as error:
        assert "\n" not in str(error)  # noqa: PT017  (either end is right)
    else:
        assert options.model_validate_json(options.model_dump_json()) == options


def test_a_name_that_says_who_works_does_not_name_settings() -> None:
    """A form's default stays beside settings that were filled in: they are what counts, and no name says otherwise."""
    options = FilmOptions(crew="offline", crew_settings={"painter": "openai"})
    assert (options.crew, options.crew_settings) == ("crew.toml", {"painter": "openai"})
    assert FilmOptions(crew="offline", crew_settings={}) == FilmOptions()


def test_a_crew_that_is_written_out_says_something() -> None:
    """Nothing at all is no crew."""
    with pytest.raises(BadInput, match="it names no engine"):
        crew_options({})
