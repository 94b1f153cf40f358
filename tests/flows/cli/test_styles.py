"""Laws of `film styles`: it lists what --style can name, and prints a file that is a style again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.cli.command_options import GivenOptions
from flows.cli.film import main
from flows.cli.styles import styles
from studio.errors import BadInput
from studio.input.styles import all_styles, parse_style, style_text

MINE = "---\nname: mine\ntitle: Mine\nabout: A look.\nsample: So.\nsettings: {palette: mono}\n---\n## Cut\n\nFast.\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FILM_STYLES", str(tmp_path))
    (tmp_path / "mine.md").write_text(MINE, "utf-8")
    return tmp_path


def test_all_are_listed(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each, with what it is and its sample; also a person's own, and a wrong file with its fault."""
    (own / "bad.md").write_text("nothing", "utf-8")
    assert styles() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [each.name for each in all_styles()]
    assert "mine\tA look.\tSo." in lines
    assert "front matter" in next(line for line in lines if line.startswith("bad\t"))


def test_the_list_is_json_for_programs(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Name, sample, settings and sections of each."""
    assert styles(json=True) == 0
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert listed["mine"]["own"] is True
    assert listed["mine"]["settings"] == {"palette": "mono"}
    assert listed["mine"]["sections"]["cut"] == "Fast."
    assert listed["noir"]["own"] is False


def test_one_is_printed_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed is the style again, also from a file."""
    monkeypatch.setenv("FILM_STYLES", str(tmp_path))
    for each in all_styles():
        assert styles(each.name) == 0
        printed = capsys.readouterr().out
        assert parse_style(printed) == each.style
        (tmp_path / f"{each.name}.md").write_text(printed, "utf-8")
        assert style_text(each.name) is not None
    assert all(each.own and each.style for each in all_styles())


def test_an_unknown_one_is_refused_with_those_there_are(own: Path) -> None:
    """The names are told; a path is none."""
    for name in ("noirr", "../mine", "/etc/passwd", ""):
        with pytest.raises(BadInput, match=r"choose one of .*mine"):
            styles(name)


def test_a_wrong_file_stops_a_film_before_it_begins(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2, no session."""
    (own / "mine.md").write_text(MINE.replace("palette", "palete"), "utf-8")
    with pytest.raises(SystemExit) as left:
        main(["make", "A boat", "--style", "mine", "--output", str(own / "out")])
    assert left.value.code == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert "did you mean 'palette'?" in said
    assert not (own / "out").exists()


def test_a_name_is_given_with_its_text(own: Path) -> None:
    """Words that are no name are given as they are."""
    assert GivenOptions(style="mine").given() == {"style": "mine", "style_text": MINE}
    assert GivenOptions(style="oil on wood").given() == {"style": "oil on wood"}


def test_a_mistyped_name_is_told(own: Path) -> None:
    """It is words, as any text, and the nearest name is said; of a name, or of words, nothing is."""
    (note,) = GivenOptions(style="nior").notes()
    assert "'noir'" in note
    for style in ("noir", "mine", "oil on wood", "chalk", "../noir"):
        assert GivenOptions(style=style).notes() == ()
