"""The embedded crew's tables are files: each is read, none is left lying, and a slip in one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.offline import data_files
from blocks.offline.data_files import FOLDER, read_sections

PACKAGE = Path(data_files.__file__).parent
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", FILES)
def test_every_table_is_plain_text(name: str) -> None:
    """A table's file says at its head what it is for, in lines without stray spaces, and ends with a newline."""
    text = (FOLDER / name).read_text("utf-8")
    assert text.startswith("# "), "no comment says what it is for"
    assert text.endswith("\n")
    assert [row for row in text.splitlines() if row != row.rstrip() or "\t" in row] == []


def test_sections_are_read_without_comments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Comments and empty lines are in no section, and the sections keep their order and their rows."""
    monkeypatch.setattr(data_files, "FOLDER", tmp_path)
    (tmp_path / "crew.txt").write_text("# What it is.\n\n= one\na b\n\n# Why.\nc\n= two\n", "utf-8")
    one, two = read_sections("crew.txt")
    assert (one.head, one.rows, one.words) == ("one", ("a b", "c"), frozenset("abc"))
    assert (two.head, two.rows) == ("two", ())
