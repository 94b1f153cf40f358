"""Stages of a tale: how a beat is shown, and what may be said over it. Called by `arcs.py` and `afloat.py`."""

from __future__ import annotations

from collections.abc import Iterable

from blocks.offline.writer.lines import Lines

Stage = tuple[str, tuple[Lines, ...]]
"""A pose, and the lines that may be said over it."""


def stages_of(rows: Iterable[str]) -> dict[str, Stage]:
    """Return the stages of a section by beat; its rows are 'beat | pose', then the spoken lines, each after '- '."""
    stages: dict[str, Stage] = {}
    beat = ""
    for row in rows:
        if row.startswith("- "):
            pose, lines = stages[beat]
            stages[beat] = (pose, (*lines, (row[2:],)))
        else:
            beat, _, pose = row.partition(" | ")
            stages[beat] = (pose, ())
    return stages
