"""The table of subjects that can be drawn: `data/painter/subjects.toml`, whose head says what each column means.

Only the table is here; the painter's modules derive their own groups of subjects from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from blocks.offline.data_files import read_toml

Trait = Literal[
    "person",
    "figure",
    "living",
    "many",
    "varied",
    "held",
    "carried",
    "on tables",
    "sheet",
    "cupped",
    "on sills",
    "indoors",
    "furniture",
    "under water",
    "with windows",
    "at sea",
    "afloat",
    "endless",
    "hanging",
    "in the sky",
    "tall",
    "burns",
]


@dataclass(frozen=True)
class Row:
    """One subject with the columns of the table; '', 0 or () where a column is empty."""

    brush: str
    traits: frozenset[Trait]
    words: tuple[str, ...] = ()
    height: float = 0.0
    home: str = ""
    only: tuple[str, ...] = ()
    hand: tuple[float, float, float] | None = None
    broad: float = 0.0
    grown: float = 1.0
    tones: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()


def _row(table: dict[str, Any]) -> Row:
    """Return the row of a subject.

    Raises:
        ValueError: it has a trait that is not in `Trait`.
    """
    traits = frozenset(table.get("is", ()))
    if unknown := traits - set(get_args(Trait)):
        raise ValueError(f"{sorted(unknown)} of {table['brush']!r} mean nothing: see `Trait`")
    columns: dict[str, Any] = {
        column: tuple(told) if isinstance(told, list) else told for column, told in table.items() if column != "is"
    }
    return Row(**{**columns, "traits": traits, "words": tuple(table.get("words", "").split())})


ROWS = {kind: _row(table) for kind, table in read_toml("painter/subjects.toml").items()}
"""All subjects by kind, in the order of the table."""


def kinds_with(trait: Trait) -> tuple[str, ...]:
    """Return the kinds of subjects that have a trait, in the order of the table."""
    return tuple(kind for kind, row in ROWS.items() if trait in row.traits)
