"""Time in whole frames: how long a shot is, and where it lies in the film. Pure.

Seconds as floats occur only in options and measurements. The planned frames of the shots come from one rounding of the
running total (`studio/planning/shot_plan.py`), so nothing is lost; a shot grows where its measured line needs it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from studio.errors import BrokenPlan
from studio.model.film import FilmOptions, Shot, Span, Timeline
from studio.planning.shot_plan import end_frames, title_frames

LEAD_SECONDS = 0.35
"""Silence before a line, so that the eye has seen the cut before the voice begins."""
TAIL_SECONDS = 0.45
"""Silence after a line, before the next cut."""


@dataclass(frozen=True)
class _House:
    """Whatever the program does itself, for fingerprints and receipts."""

    engine: str = "studio"
    model: str = ""
    version: int = 1


HOUSE = _House()


def shot_frames(planned: int, line_seconds: float, fps: int) -> int:
    """Return the length of a shot: as planned, but never shorter than its line with its lead and tail.

    Args:
        planned: frames, >= 1.
        line_seconds: measured length of the spoken line, 0 for silence.
    """
    if line_seconds <= 0:
        return planned
    return max(planned, math.ceil((LEAD_SECONDS + line_seconds + TAIL_SECONDS) * fps))


def line_lead(fps: int) -> int:
    """Return the frames from a shot's first frame to the start of its line."""
    return round(LEAD_SECONDS * fps)


def lay_out(shots: Sequence[Shot], line_seconds: Sequence[float], options: FilmOptions) -> Timeline:
    """Lay the title, the shots and the end card end to end.

    Shots planned to fill the film to its last frame, as they were before films had end cards, have none behind them. A
    film that was asked for shorter than films with an end card, and grew, has one by the length that it came to.

    Args:
        line_seconds: the measured line of each shot, in shot order.
    """
    title, start, spans = title_frames(options), title_frames(options), []
    for shot, seconds in zip(shots, line_seconds, strict=True):
        frames = shot_frames(shot.frames, seconds, options.fps)
        spans.append(Span(index=shot.index, start=start, frames=frames, line_start=start + line_lead(options.fps)))
        start += frames
    end = _laid_end(start, shots, options)
    return Timeline(fps=options.fps, title_frames=title, spans=tuple(spans), end_frames=end, frames=start + end)


def _planned_end(shots: Sequence[Shot], options: FilmOptions) -> int:
    filled = title_frames(options) + sum(shot.frames for shot in shots) == math.floor(
        options.seconds * options.fps + 0.5
    )
    return 0 if filled else end_frames(options)


def _laid_end(before: int, shots: Sequence[Shot], options: FilmOptions) -> int:
    """Return the end card's length behind so many frames."""
    if end_frames(options):
        return _planned_end(shots, options)
    return end_frames(options.model_copy(update={"seconds": before / options.fps}))


def lengthened(timeline: Timeline, shots: Sequence[Shot], options: FilmOptions) -> str:
    """Return in one line by how much the film is longer than asked, and why; '' where it is not, but for a frame."""
    asked = options.seconds * timeline.fps
    if timeline.frames - asked <= 1:
        return ""
    planned_end, why = _planned_end(shots, options), []
    planned = timeline.title_frames + sum(shot.frames for shot in shots) + planned_end
    # The frames that were planned are rounded to the asked length: more of them are a person's doing.
    by_plan, by_lines = (
        planned - asked,
        sum(max(0, span.frames - shot.frames) for span, shot in zip(timeline.spans, shots, strict=False)),
    )
    if by_plan > 1:
        why.append(
            f"its shots are planned {by_plan / timeline.fps:.2f} s longer, for some were added, or given more frames"
        )
    if by_lines:
        why.append("some lines need more time than their shots had")
    if timeline.end_frames > planned_end:
        grown = timeline.end_frames == _laid_end(timeline.frames - timeline.end_frames, shots, options)
        why.append("at this length it has an end card" if grown else "timeline.json gives it a longer end card")
    because = " and ".join(why) or "timeline.json says so"
    return f"the film is {(timeline.frames - asked) / timeline.fps:.2f} s longer than asked: {because}"


def check_laid(timeline: Timeline, shots: Sequence[Shot]) -> None:
    """Make sure that a timeline, which a person may have edited, is one of these shots and adds up.

    Raises:
        BrokenPlan: a shot has no span, or a span no shot; a span does not begin where the one before ends; `frames` is
            not the sum of all.
    """
    if [span.index for span in timeline.spans] != [shot.index for shot in shots]:
        raise BrokenPlan(
            f"timeline.json has {len(timeline.spans)} spans, not one for each of {len(shots)} shots in order: "
            "it was edited by hand and is kept; delete the file to have it laid again"
        )
    start = timeline.title_frames
    for span in timeline.spans:
        if span.start != start:
            raise BrokenPlan(
                f"timeline.json: shot {span.index} has 'start' {span.start}, and what is before it ends at {start}: "
                f"write {start}, or delete the file to have it laid again"
            )
        start += span.frames
    if timeline.frames != start + timeline.end_frames:
        raise BrokenPlan(
            f"timeline.json: 'frames' is {timeline.frames}, and title, shots and end card are "
            f"{start + timeline.end_frames}: write that, or delete the file to have it laid again"
        )
