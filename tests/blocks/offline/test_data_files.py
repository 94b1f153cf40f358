"""The offline crew's tables are files: each is read, none is left lying, and a slip in one is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blocks.offline import data_files
from blocks.offline.data_files import FOLDER, read_sections

PACKAGE = Path(data_files.__file__).parent
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
REPEATING = {"writer/deed_arcs.txt", *(name for name in FILES if name.startswith("writer/reels/"))}
"""Files of which several sections have one head: what else the idea names decides."""


@pytest.mark.parametrize("name", FILES)
def test_every_table_is_plain_text(name: str) -> None:
    """A table's file says at its head what it is for, in lines without stray spaces, and ends with a newline."""
    text = (FOLDER / name).read_text("utf-8")
    assert text.startswith("# "), "no comment says what it is for"
    assert text.endswith("\n")
    assert [row for row in text.splitlines() if row != row.rstrip() or "\t" in row] == []


def test_every_table_is_read() -> None:
    """No file is left lying: each is named where its constants are."""
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    assert [name for name in FILES if name not in code and not name.startswith("writer/reels/")] == []
    assert {name for name in FILES if name.startswith("writer/reels/")} == {
        f"writer/reels/{kind}.txt" for kind in ("places", "known", "wild", "made")
    }


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".txt") and name not in REPEATING])
def test_no_head_and_no_key_comes_twice(name: str) -> None:
    """Of two sections with one head, and of two rows with one key, the first would be lost."""
    heads = [section.head for section in read_sections(name)]
    assert len(heads) == len(set(heads))
    for section in read_sections(name):
        if all(re.match(r"[a-z -]+: ", row) for row in section.rows) and section.head not in {"words", "trades"}:
            assert len(section.pairs) == len(section.rows), section.head


def test_sections_are_read_without_comments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Comments and empty lines are in no section, indented lines go on, and all else keeps its order."""
    monkeypatch.setattr(data_files, "FOLDER", tmp_path)
    (tmp_path / "crew.txt").write_text("# What it is.\n\n= one\na b\n  d\n\n# Why.\nc\n= two\nk: v w\n", "utf-8")
    one, two = read_sections("crew.txt")
    assert (one.head, one.rows, one.words) == ("one", ("a b d", "c"), frozenset("abcd"))
    assert (two.head, two.pairs, two.index) == ("two", {"k": "v w"}, {"v": "k", "w": "k"})
    assert two.word_sets == {"k": frozenset("vw")}
