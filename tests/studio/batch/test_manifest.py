"""Laws of a manifest: read whole or refused with every fault in one line, whatever bytes it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.batch.manifest import LINES, ManifestLine, read_manifest
from studio.errors import BadInput
from studio.model.brief import FilmOptions

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".yaml", ".yml")
CSV = 'idea,seconds,music,fps\nA cat,20,no,25\n"Rain, at\nnight",,,\n\nA cat,20,NO,25\n'
JSON = '{"idea": "A cat", "seconds": 20, "music": false, "fps": 25}\n\n"Rain, at\\nnight"\n'
YAML = '- {idea: A cat, seconds: 20, music: no, fps: 25}\n- "Rain, at\\nnight"\n'


def read(folder: Path, name: str, content: str | bytes) -> tuple[ManifestLine, ...]:
    path = folder / name
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return read_manifest(path)


def refused(folder: Path, name: str, content: str | bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read(folder, name, content)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 3_000
    return said


@pytest.mark.parametrize(
    ("name", "content", "numbers"),
    [
        ("a.csv", CSV, (2, 3, 6)),
        ("a.csv", "\ufeff" + CSV.replace("\n", "\r\n"), (2, 3, 6)),
        ("a.csv", CSV.replace("Rain,", "Rain").replace(",", ";"), (2, 3, 6)),
        ("a.tsv", CSV.replace(",", "\t"), (2, 3, 6)),
        ("a.jsonl", JSON, (1, 3)),
        ("a.ndjson", "\ufeff" + JSON, (1, 3)),
        ("a.yaml", YAML, (1, 2)),
        ("a.YML", YAML, (1, 2)),
    ],
)
def test_every_form_gives_the_same_films(tmp_path: Path, name: str, content: str, numbers: tuple[int, ...]) -> None:
    """CSV, TSV, JSON Lines and YAML say the same; numbers are lines of the file, in YAML entries."""
    lines = read(tmp_path, name, content)
    assert tuple(line.number for line in lines) == numbers
    assert lines[0].idea == "A cat"
    assert lines[0].options.model_dump(exclude_defaults=True) == {"seconds": 20.0, "music": False, "fps": 25}
    assert "".join(lines[1].idea.split()).replace(",", "") == "Rainatnight"
    assert lines[1].options.model_dump(exclude_defaults=True) == {}


def test_scripts_and_prompts_are_read_beside_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the manifest, wherever the program runs; what they hold is part of the options."""
    monkeypatch.chdir("/")
    (tmp_path / "mine.txt").write_text("The kettle is cold.", "utf-8")
    (tmp_path / "shots.txt").write_text("Shot 1\nimage: a lantern\n", "utf-8")
    for name, text in [
        ("a.csv", "idea,script,prompts\nA cat,mine.txt,shots.txt\n"),
        ("a.jsonl", '{"idea": "A cat", "script": "mine.txt", "prompts": "shots.txt"}'),
    ]:
        (line,) = read(tmp_path, name, text)
        assert line.options.script == "The kettle is cold."
        assert line.options.prompts is not None
        assert line.options.prompts[0].image_prompt == "a lantern"


def test_a_line_may_follow_its_scripts_times(tmp_path: Path) -> None:
    """Its length is then the captions', which is told if it gives another; a line without times is a fault."""
    (tmp_path / "a.srt").write_text("1\n00:00:00,500 --> 00:00:06,000\nThe kettle is cold.\n", "utf-8")
    (tmp_path / "a.txt").write_text("The kettle is cold.", "utf-8")
    text = "idea,Script Times,script,seconds\na,yes,a.srt,20\nb,yes,a.srt,\nc,no,a.srt,20\n"
    one, two, three = read(tmp_path, "a.csv", text)
    assert [line.options.seconds for line in (one, two, three)] == [6, 6, 20]
    assert [line.options.script_times for line in (one, two, three)] == [True, True, False]
    assert one.notes == ("the captions' times make the film 6 s long, not 20: --seconds is not used",)
    assert two.notes == ()
    said = refused(tmp_path, "b.csv", "idea,script_times,script\na,yes,a.txt\nb,yes,\nc,maybe,a.srt\n")
    for part in (
        "line 2, script_times: the script has no times",
        "line 3, script_times: there is no script",
        "line 4, script_times: must be yes or no",
    ):
        assert part in said


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """One line counts all faults and names the first five: where, which option, why."""
    said = refused(tmp_path, "a.csv", "idea,seconds,fps,script\n,2,23,no.txt\nb,soon,24,.\nc,5,24,\nd,1,1,\n")
    assert "a.csv' has 8 faults" in said
    for part in (
        "line 2, idea: the idea is empty",
        "line 2, seconds: ",
        "line 2, fps: ",
        "line 2, script: cannot read",
        "line 3, seconds: ",
        "and 3 more",
    ):
        assert part in said
    assert "line 5" not in said


HOSTILE = {
    "an alias bomb": ("a.yaml", "- &a [x]\n- idea: *a\n", "entry 1, YAML: line 1, column 3: anchors and aliases"),
    "a tag": ("a.yaml", "- a\n- !!python/object/apply:os.system [id]\n", "entry 2, YAML: line 2, column 3: tags are"),
    "an empty tagged number": ("a.yaml", '- !!int ""\n', "tags are not read"),
    "deep nesting": ("a.yaml", "- " + "[" * 9_000, "nests too deep"),
    "deep JSON": ("a.jsonl", "[" * 9_000, "line 1, JSON"),
    "a thirteenth month": ("a.yaml", "- a\n- 2024-13-45\n", "entry 2, YAML: a value cannot be read"),
    "a long number": ("a.yaml", "- idea: a\n  seed: " + "9" * 5_000 + "\n", "entry 1"),
    "a key twice": ("a.yaml", "- idea: a\n  idea: b\n", "the key 'idea' occurs twice"),
    "no list": ("a.yaml", "idea: a\n", "expected a list"),
    "two documents": ("a.yaml", "- a\n---\n- b\n", "YAML"),
    "NUL in YAML": ("a.yaml", "- a\x00b\n", "not allowed"),
    "NUL in CSV": ("a.csv", "idea\na\x00b\n", "U+0000"),
    "no UTF-8": ("a.csv", b"idea\n\xff\xfe\n", "is not UTF-8 text (byte 5)"),
    "a lone surrogate": ("a.jsonl", '{"idea": "a", "style": "\\ud800"}', "line 1, style"),
    "a number as idea": ("a.yaml", "- idea: 1984\n", "entry 1, idea: expected text"),
    "yes as seconds": ("a.jsonl", '{"idea": "a", "seconds": true}', "line 1, seconds"),
    "a nested value": ("a.jsonl", '{"idea": "a", "style": {"x": ["y"]}}', "line 1, style: expected one value"),
    "NaN": ("a.jsonl", '{"idea": "a", "seconds": NaN}', "NaN is not a JSON number"),
    "not a number": ("a.csv", "idea,seconds\na,nan\n", "line 2, seconds"),
    "an unknown column": ("a.csv", "idea,colour\na,red\n", "line 1, colour: this option is not known"),
    "an unknown column and a bad row": ("a.csv", "colour,idea\nred,\n", "has 2 faults"),
    "a column twice": ("a.csv", "idea,fps,fps\na,24,24\n", "line 1, fps: this column occurs twice"),
    "no idea column": ("a.csv", "title\na\n", "line 1, header: no column is named 'idea'"),
    "too many cells": ("a.csv", "idea,fps\nRain, at night,24\n", "line 2, cells: it has 3, the header names 2"),
    "an open quote": ("a.csv", 'idea\n"a\n', "cells"),
    "an endless cell": ("a.csv", "idea\n" + "x" * 200_000, "cells"),
    "a device": ("a.csv", "idea,script\na,/dev/zero\n", "line 2, script: '/dev/zero' is not a file"),
    "a folder": ("a.csv", "idea,prompts\na,.\n", "line 2, prompts: '.' is not a file"),
    "an escape": ("a.csv", "idea,style\na\x1b[31m,\n", "U+001B"),
    "nothing": ("a.csv", "", "holds no idea"),
    "only a header": ("a.csv", "idea\n\n", "holds no idea"),
    "nothing in YAML": ("a.yaml", "# nothing\n", "holds no idea"),
    "more than 1 MB": ("a.jsonl", '"a"\n' * 300_000, "more than 1 MB"),
    "too many": ("a.jsonl", '"a"\n' * (LINES + 1), "holds 1,001 films"),
    "another kind": ("a.txt", '["a"]', "not a manifest"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_manifest_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    """Whatever is wrong with a manifest, it is said in one line that names the place; never a traceback."""
    name, content, said = HOSTILE[case]
    assert said in refused(tmp_path, name, content)


@pytest.mark.parametrize("name", ["nowhere.csv", "a\0b.csv", "."])
def test_what_is_no_manifest_is_refused(name: str) -> None:
    """A missing file, a NUL in a name, a folder: bad input."""
    with pytest.raises(BadInput):
        read_manifest(Path(name))


def test_a_crew_that_nobody_has_is_a_fault_of_its_line(tmp_path: Path) -> None:
    """Crews are looked up before the first film, and each unknown one is a fault like any other."""
    path = tmp_path / "a.csv"
    path.write_text("idea,crew\na,offline\nb,nobody\n", "utf-8")

    def check(options: FilmOptions) -> None:
        if options.crew != "offline":
            raise BadInput(f"--crew: there is no crew {options.crew!r}")

    with pytest.raises(BadInput, match=r"has 1 fault.*line 3, crew: there is no crew 'nobody'"):
        read_manifest(path, check)


def test_a_crew_is_asked_for_once(tmp_path: Path) -> None:
    """However many lines name it, and whether it is there or not: a saved crew is asked of a server."""
    path = tmp_path / "m.csv"
    path.write_text("idea,crew\na,mine\nb,nobody\nc,mine\nd,nobody\n", "utf-8")
    asked: list[str] = []

    def check(options: FilmOptions) -> None:
        asked.append(options.crew)
        if options.crew == "nobody":
            raise BadInput("--crew: there is none")

    with pytest.raises(BadInput, match=r"has 2 faults.*line 3, crew: there is none; line 5, crew: there is none"):
        read_manifest(path, check)
    assert asked == ["mine", "nobody"]


def test_a_crew_of_a_file_or_written_out(tmp_path: Path) -> None:
    """A crew's file lies beside the manifest; JSON and YAML may hold the crew itself. Each line keeps its content."""
    (tmp_path / "mine.toml").write_text('painter = "openai"\n[settings.writer]\nshade = 3\n', "utf-8")
    asked: list[FilmOptions] = []
    (tmp_path / "m.csv").write_text("idea,crew\na,mine.toml\nb,offline\n", "utf-8")
    (tmp_path / "m.yaml").write_text("- {idea: a, crew: {painter: openai, settings: {writer: {shade: 3}}}}\n", "utf-8")
    first, second = read_manifest(tmp_path / "m.csv", asked.append)
    (third,) = read_manifest(tmp_path / "m.yaml", asked.append)
    written = {"painter": "openai", "settings": {"writer": {"shade": 3}}}
    crews = [(line.options.crew, line.options.crew_settings) for line in (first, second, third)]
    assert crews == [("mine.toml", written), ("offline", None), ("crew.toml", written)]
    assert [(each.crew, each.crew_settings) for each in asked] == crews
    (tmp_path / "mine.toml").write_text("painter = ", "utf-8")
    with pytest.raises(BadInput, match=r"line 2, crew: '.*mine.toml' is not TOML"):
        read_manifest(tmp_path / "m.csv")
    (tmp_path / "m.jsonl").write_text('{"idea": "a", "crew_settings": {"painter": "openai"}}\n', "utf-8")
    with pytest.raises(BadInput, match="line 1, crew_settings: this option is not known"):
        read_manifest(tmp_path / "m.jsonl")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.yaml"])
@pytest.mark.parametrize("letters", [5_000, 900_000])
def test_an_idea_that_is_a_book_is_told_where_to_go(tmp_path: Path, name: str, letters: int) -> None:
    """However long, it is refused with the most that an idea may have, and where a script goes."""
    text = "x" * letters
    entry = {"a.csv": f"idea,script\n{text},\n", "a.jsonl": f'"{text}"\n', "a.yaml": f'- "{text}"\n'}[name]
    said = refused(tmp_path, name, entry)
    assert "4,000" in said
    assert "put the text into a file and name that under 'script'" in said
    assert "--script" not in said


def test_a_line_keeps_its_key_when_others_come_and_go(tmp_path: Path) -> None:
    """The key follows from the manifest's name, idea, options and place among equals; not from number or form."""
    keys = {line.idea: line.key for line in read(tmp_path, "a.csv", "idea,fps\nA cat,25\nRain,24\n")}
    (tmp_path / "b").mkdir()
    moved = {
        line.idea: line.key for line in read(tmp_path / "b", "a.jsonl", '"New"\n"Rain"\n{"idea":"A cat","fps":25}')
    }
    assert {idea: moved[idea] for idea in keys} == keys
    (rain,) = read(tmp_path, "other.csv", "idea\nRain\n")
    (slow_rain,) = read(tmp_path, "a.csv", "idea,fps\nRain,25\n")
    assert len({keys["Rain"], rain.key, slow_rain.key}) == 3
    twice = read(tmp_path, "a.csv", "idea\nRain\nRain\n")
    assert twice[0].key == keys["Rain"] != twice[1].key


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from(SUFFIXES),
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=120).map(lambda text: text.encode("utf-8", "replace")),
        st.text(alphabet="idea,: -[]{}\"'\\\n\tseconds0x1.!&*|>?%@#~<=", max_size=120).map(str.encode),
        st.text(alphabet="-: 0123456789._+e\nTZx~=!", max_size=40).map(lambda text: b"- " + text.encode()),
    ),
)
def test_any_bytes_are_films_or_bad_input(tmp_path: Path, suffix: str, content: bytes) -> None:
    """Total: any bytes under any suffix give lines with usable ideas, or one line of bad input."""
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    try:
        lines = read_manifest(path)
    except BadInput as error:
        told = str(error)
        assert len(told.splitlines()) == 1
    else:
        assert lines
        assert len({line.key for line in lines}) == len(lines)
        assert all(line.idea.strip() for line in lines)


def test_terms_are_read_and_are_no_part_of_the_key(tmp_path: Path) -> None:
    """A higher budget in the manifest goes on with the same film."""
    path = tmp_path / "ideas.csv"
    path.write_text("idea,budget_usd,on_refusal\nA fox,2.5,slate\n", "utf-8")
    (line,) = read_manifest(path)
    assert (line.terms.budget_usd, line.terms.on_refusal) == (2.5, "slate")
    path.write_text("idea,budget_usd\nA fox,5\n", "utf-8")
    (again,) = read_manifest(path)
    assert (again.key, again.terms.budget_usd) == (line.key, 5.0)
    path.write_text("idea,budget_usd,on_refusal\nA fox,-1,\nA cat,much,burn\n", "utf-8")
    with pytest.raises(BadInput, match=r"line 2, budget_usd: must be dollars from 0 .*line 3, budget_usd") as caught:
        read_manifest(path)
    assert "line 3, on_refusal" in str(caught.value)
