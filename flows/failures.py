"""Summarise what failed in a film of many shots in one line: the shots, grouped by reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.model.film import Stage

MOST_REASONS, MOST_SHOTS = 5, 12
"""The most reasons listed, and the most shots named for each; the rest are counted."""


@dataclass(frozen=True)
class Failure:
    """A piece that could not be made. `index` is the shot or, in the stage 'cast', the character; 0: the whole film."""

    stage: Stage
    index: int
    reason: str


def summary_line(failures: Sequence[Failure]) -> str:
    """Return the failures in one line: 'shots 3, 5 and 7 (images): no answer; score: ...'; '' if there are none."""
    groups: dict[tuple[Stage, str], list[int]] = {}
    for failure in failures:
        groups.setdefault((failure.stage, failure.reason), []).append(failure.index)
    parts = [_part(stage, sorted(shots), reason) for (stage, reason), shots in groups.items()]
    more = len(parts) - MOST_REASONS
    if more > 0:
        parts = [*parts[:MOST_REASONS], f"and {more} other {'reason' if more == 1 else 'reasons'}: see the log"]
    return "; ".join(parts)


def _part(stage: Stage, shots: list[int], reason: str) -> str:
    if shots == [0]:
        return f"{stage}: {reason}"
    noun = "character" if stage == "cast" else "shot"
    return f"{noun}{'s' * (len(shots) > 1)} {numbers(shots)} ({stage}): {reason}"


def numbers(shots: Sequence[int]) -> str:
    """Return shot numbers as words in a sentence: '3', '3 and 5', '3, 5 and 7', '1, 2, ... and 88 more'."""
    names = [str(shot) for shot in shots[:MOST_SHOTS]]
    if len(shots) > MOST_SHOTS:
        names.append(f"{len(shots) - MOST_SHOTS} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
