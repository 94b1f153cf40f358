"""Laws of the table of subjects: a new one is a table of `subjects.toml` and its brush, and nothing else."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

from blocks.offline.painter.casting import brush_of
from blocks.offline.painter.prompt.places_in_prompt import HANDHELD
from blocks.offline.painter.prompt.subjects import ROWS, kinds_with
from blocks.offline.painter.prompt.vocabulary import SUBJECTS
from blocks.offline.painter.sizes import SIZES
from blocks.offline.painter.things import (
    birds,
    buildings,
    furniture,
    grazers,
    insects,
    lights,
    plants,
    predators,
    sea_animals,
    small_things,
    vehicles,
)

THINGS = (birds, buildings, furniture, grazers, insects, lights, plants, predators, sea_animals, small_things, vehicles)
OTHERWISE = {"fluke", "held_bottle", "carried_lantern", "carried_book", "mug", "played_violin"}
"""Brushes for a subject that is seen another way: a whale from above, a bottle in a hand."""
FURNISHING = {"curtain", "dresser", "bench", "counter", "plant"}
"""Brushes for what stands in a room without being named in a prompt."""
CLOSE_ONLY = {"hands", "eye"}


@pytest.mark.parametrize("kind", ROWS)
def test_every_subject_has_a_brush(kind: str) -> None:
    """The brush of a subject is a function, which takes a seed if it is told to draw each one otherwise."""
    brush = brush_of(kind)
    assert inspect.isfunction(brush)
    assert ("rng" in inspect.signature(brush).parameters) is (kind == "birds" or "varied" in ROWS[kind].traits)


@pytest.mark.parametrize("module", THINGS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_brush_has_a_subject(module: ModuleType) -> None:
    """No function of `things` draws what no prompt can name, but those of what furnishes a room."""
    brushes = {
        name
        for name, drawn in inspect.getmembers(module, inspect.isfunction)
        if drawn.__module__ == module.__name__ and not name.startswith("_")
    }
    assert brushes - OTHERWISE - FURNISHING == {
        brush_of(kind).__name__ for kind in ROWS if brush_of(kind).__module__ == module.__name__
    }


def test_a_row_is_whole() -> None:
    """What is seen in a wide shot has a height; no word names two subjects; a hand has a place for what it holds."""
    assert set(ROWS) - CLOSE_ONLY == set(SIZES)
    assert sum(len(row.words) for row in ROWS.values()) == len(SUBJECTS)
    assert {kind for kind, row in ROWS.items() if row.hand} == set(HANDHELD) - {"violin"}
    assert set(kinds_with("on tables")) <= set(HANDHELD)
