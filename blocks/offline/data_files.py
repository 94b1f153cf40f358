"""Readers of the offline crew's tables: what the crew knows is text under `blocks/offline/data/`.

Each file says at its head what it is for. This module holds no words of a film. Called once for each file, by the
modules that keep the tables as constants.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.text.words import word_set

FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Section:
    """One section of a text file: its head ('= head' in the file) and the rows under it."""

    head: str
    rows: tuple[str, ...]

    @property
    def words(self) -> frozenset[str]:
        """Return the words of all rows as a set."""
        return word_set(" ".join(self.rows))

    @property
    def pairs(self) -> dict[str, str]:
        """Return the text of each key, in the order of the rows: a row is 'key: text'."""
        return dict(_parted(row) for row in self.rows)

    @property
    def word_sets(self) -> dict[str, frozenset[str]]:
        """Return the words of each key as a set, in the order of the rows."""
        return {key: word_set(told) for key, told in map(_parted, self.rows)}

    @property
    def index(self) -> dict[str, str]:
        """Return the key of each word: the row 'dusk: evening nightfall' maps both words to 'dusk'."""
        return {word: key for key, told in map(_parted, self.rows) for word in told.split()}


def _parted(row: str) -> tuple[str, str]:
    key, _, told = row.partition(": ")
    return key, told


def read_sections(name: str) -> tuple[Section, ...]:
    """Return the sections of a file in their order, without its comments (after '#') and its empty lines.

    An indented line continues the row before it.
    """
    parts: list[tuple[str, list[str]]] = []
    for row in (FOLDER / name).read_text("utf-8").splitlines():
        if row.startswith("= "):
            parts.append((row.removeprefix("= "), []))
        elif row.startswith("  "):
            parts[-1][1].append(f"{parts[-1][1].pop()} {row.strip()}")
        elif row and not row.startswith("#"):
            parts[-1][1].append(row)
    return tuple(Section(head, tuple(rows)) for head, rows in parts)


def read_tables(name: str) -> dict[str, Section]:
    """Return the sections of a file by their heads."""
    return {section.head: section for section in read_sections(name)}


def read_toml(name: str) -> dict[str, Any]:
    """Return the tables of a TOML file. TOML is slow to read: use it for many fields, not for many rows."""
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
