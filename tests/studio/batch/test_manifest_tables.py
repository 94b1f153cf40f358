"""Tables as spreadsheets of all languages write them are the same films as JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest

from studio.batch.manifest import read_manifest
from studio.errors import BadInput
from tests.support.sampled import sampled

IDEAS = ("A lantern in fog", "Rain, at\nnight", 'He said "no"; twice', "灯台\u3000の光", "A\ttab", "sep=;")
VALUES: dict[str, tuple[object, ...]] = {
    "seconds": (8, 12.5, 40),
    "shot_seconds": (2.5, 4),
    "aspect": ("16:9", "9:16", "1:1", "4:3", "21:9"),
    "height": (144, 360),
    "fps": (24, 25),
    "music": (True, False),
    "budget_usd": (2, 0.75),
}


def _cell(draw: random.Random, name: str, value: object, comma: bool) -> str:
    """Return a value as a spreadsheet writes it."""
    if isinstance(value, bool):
        return draw.choice(("yes", "TRUE", "1") if value else ("no", "FALSE", "0"))
    if name == "aspect":
        across, down = str(value).split(":")
        return draw.choice((f"{across}:{down}", f"{across}:{down:0>2}", f"{across:0>2}:{down:0>2}:00"))
    text = str(value)
    if name in ("fps", "height"):
        return draw.choice((text, f"{text},0" if comma else f"{text}.0"))
    return text.replace(".", ",") if comma else text


def _table(draw: random.Random, films: list[dict[str, object]]) -> tuple[str, bytes]:
    """Return (a file's name, a table of these films)."""
    names = ["idea", *draw.sample(list(VALUES), len(VALUES))]
    sign = draw.choice(",;\t")
    comma = draw.random() < 0.5
    trailing = [""] * draw.randrange(4)
    case = draw.choice((str, str.upper, str.title, str.capitalize))
    head = [
        draw.choice((case(name), f" {case(name.replace('_', ' '))} ", case(name.replace("_", "-")))) for name in names
    ]
    rows = [head + trailing]
    for film in films:
        rows.append([_cell(draw, name, film[name], comma) if name in film else "" for name in names] + trailing)
        if draw.random() < 0.2:
            rows.append([""] * len(rows[0]))
    written = io.StringIO(newline="")
    end = draw.choice(("\n", "\r\n"))
    if sign == ";" or draw.random() < 0.3:
        written.write(draw.choice((f"sep={sign}", f'"sep={sign}"')) + end if draw.random() < 0.5 else "")
    csv.writer(written, delimiter=sign, lineterminator=end).writerows(rows)
    name = draw.choice(("films.tsv", "films.csv")) if sign == "\t" else draw.choice(("films.csv", "films.CSV"))
    return name, written.getvalue().encode(draw.choice(("utf-8", "utf-8-sig")))


@sampled("seed", range(6), quick=2)
def test_a_table_is_the_same_films(tmp_path: Path, seed: int) -> None:
    """Of 100 tables in any dialect each gives ideas, options, terms and keys of the same films in JSON."""
    draw = random.Random(seed)
    for _ in range(100):
        films: list[dict[str, object]] = []
        for _ in range(draw.randrange(1, 4)):
            chosen = draw.sample(list(VALUES), draw.randrange(len(VALUES) + 1))
            films.append({"idea": draw.choice(IDEAS), **{name: draw.choice(VALUES[name]) for name in chosen}})
        name, content = _table(draw, films)
        (tmp_path / name).write_bytes(content)
        (tmp_path / "films.json").write_text(json.dumps(films, indent=draw.choice((None, 1, 2))), "utf-8")
        table, listed = read_manifest(tmp_path / name), read_manifest(tmp_path / "films.json")
        assert [(line.idea, line.options, line.terms, line.key) for line in table] == [
            (line.idea, line.options, line.terms, line.key) for line in listed
        ], content


def _read(folder: Path, name: str, text: str) -> list[tuple[int, str]]:
    (folder / name).write_text(text, "utf-8")
    return [(line.number, line.options.aspect) for line in read_manifest(folder / name)]


def test_ratios_in_yaml_are_ratios(tmp_path: Path) -> None:
    """'16:9' without quotes is the ratio, not a number to the base of sixty."""
    text = "".join(
        f"- {{idea: A bell, aspect: {aspect}}}\n- idea: A bell\n  aspect: {aspect}\n" for aspect in VALUES["aspect"]
    )
    assert [aspect for _, aspect in _read(tmp_path, "a.yaml", text)] == [a for a in VALUES["aspect"] for _ in range(2)]


def test_lines_are_counted_as_in_the_file(tmp_path: Path) -> None:
    """A line's number counts the line 'sep=' and, in a JSON list, is where the film begins."""
    assert _read(tmp_path, "a.csv", "sep=;\nidea;aspect\n\nA bell;1:1\n") == [(4, "1:1")]
    assert _read(tmp_path, "a.json", '[\n "A bell",\n\n {"idea": "A bell",\n  "aspect": "4:3"}\n]') == [
        (2, "16:9"),
        (4, "4:3"),
    ]
    assert _read(tmp_path, "b.json", '{"idea": "A bell"}\n"A lamp"\n') == [(1, "16:9"), (2, "16:9")]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", 'idea,seconds\nA bell,"1,000"\n', "line 2, seconds"),
        ("a.csv", "idea,,seconds\nA bell,lost,8\n", "line 2, column 2: the header does not name this column"),
        ("a.csv", "idea,seconds,,\nA bell,8,,lost\n", "line 2, cells: it has 4, the header names 2"),
        ("a.csv", "sep=;\nidea;fps\nA bell;23\n", "line 3, fps"),
        ("a.csv", "*,*\n1,2\n", "no column is named 'idea'"),
        ("a.csv", "idea,Seconds,SECONDS\nA bell,8,8\n", "seconds: this column occurs twice"),
        ("a.json", "[1,\n}", "line 2"),
        ("a.json", "[[1]]", "expected an idea"),
        ("a.yaml", "- idea: A bell\n  aspect: 16:10\n", "entry 1, aspect"),
    ],
)
def test_what_is_ambiguous_is_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    """What may mean two things, or stands where nobody reads it, is a fault of its line."""
    with pytest.raises(BadInput, match=told):
        _read(tmp_path, name, text)
