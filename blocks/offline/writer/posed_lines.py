"""Posed lines: for a beat of a tale, a pose to show and lines that may be said over it. Called by `deed_arcs.py` and
`boat_tales.py`."""

from __future__ import annotations

from collections.abc import Iterable

from blocks.offline.writer.lines import Lines

PosedLines = tuple[str, tuple[Lines, ...]]
"""A pose, and the lines that may be said over it."""


def posed_lines_of(rows: Iterable[str]) -> dict[str, PosedLines]:
    """Return the poses and lines of a section by beat.

    Its rows are "beat | pose", then the spoken lines, each after "- ".
    """
    found: dict[str, PosedLines] = {}
    beat = ""
    for row in rows:
        if row.startswith("- "):
            pose, lines = found[beat]
            found[beat] = (pose, (*lines, (row[2:],)))
        else:
            beat, _, pose = row.partition(" | ")
            found[beat] = (pose, ())
    return found
