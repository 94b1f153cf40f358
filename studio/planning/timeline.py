"""Lay out the film in whole frames: how long each shot is, and where it begins. Pure.

Seconds as floats occur only in options and measurements. The planned frames of the shots come from rounding a running
total (`studio/planning/shot_plan.py`), so no frame is lost; a shot grows if its measured line needs it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from studio.errors import BrokenPlan
from studio.model.brief import FilmOptions
from studio.model.film import Shot, Span, Timeline
from studio.planning.shot_plan import end_frames, title_frames

LEAD_SECONDS = 0.35
"""Silence before a line, so that the viewer has seen the cut before the voice begins."""
TAIL_SECONDS = 0.45
"""Silence after a line, before the next cut."""


@dataclass(frozen=True)
class _ProgramEngine:
    """The engine that stands for the program itself, in fingerprints and receipts: it lays timelines and cuts films."""

    engine: str = "studio"
    model: str = ""
    version: int = 1


PROGRAM_ENGINE = _ProgramEngine()


def shot_frames(planned: int, line_seconds: float, fps: int) -> int:
    """Return the length of a shot in frames: as planned, but never shorter than its line with lead and tail.

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
    """Return the timeline: the title, the shots and the end card, one after the other.

    If the planned shots fill the film to its last frame, as they did before films had end cards, there is no end card.
    A film that was asked to be too short for an end card, and grew, has one by the length that it reached.

    Args:
        line_seconds: the measured length of each shot's line, in shot order; 0 for silence.
    """
    title, start, spans = title_frames(options), title_frames(options), []
    for shot, seconds in zip(shots, line_seconds, strict=True):
        frames = shot_frames(shot.frames, seconds, options.fps)
        spans.append(Span(index=shot.index, start=start, frames=frames, line_start=start + line_lead(options.fps)))
        start += frames
    end = _laid_end(start, shots, options)
    return Timeline(fps=options.fps, title_frames=title, spans=tuple(spans), end_frames=end, frames=start + end)


def _planned_end(shots: Sequence[Shot], options: FilmOptions) -> int:
    if options.script_times:
        return end_frames(options)
    filled = title_frames(options) + sum(shot.frames for shot in shots) == math.floor(
        options.seconds * options.fps + 0.5
    )
    return 0 if filled else end_frames(options)


def _laid_end(before: int, shots: Sequence[Shot], options: FilmOptions) -> int:
    """Return the length in frames of the end card after `before` frames of title and shots."""
    if end_frames(options):
        return _planned_end(shots, options)
    return end_frames(options.model_copy(update={"seconds": before / options.fps}))


def lengthened_text(timeline: Timeline, shots: Sequence[Shot], options: FilmOptions) -> str:
    """Return in one line by how much the film is longer than asked, and why; '' if it is by a frame at most."""
    asked = options.seconds * timeline.fps + (end_frames(options) if options.script_times else 0)
    if timeline.frames - asked <= 1:
        return ""
    planned_end, why = _planned_end(shots, options), []
    planned = timeline.title_frames + sum(shot.frames for shot in shots) + planned_end
    # The planned frames are rounded to the length asked for: if there are more, a person added them.
    by_plan, by_lines = (
        planned - asked,
        sum(max(0, span.frames - shot.frames) for span, shot in zip(timeline.spans, shots, strict=False)),
    )
    if by_plan > 1:
        why.append(
            f"its shots are planned {by_plan / timeline.fps:.2f} s longer, because some were added or given more frames"
        )
    if by_lines:
        why.append("some lines need more time than their shots had")
    if timeline.end_frames > planned_end:
        grown = timeline.end_frames == _laid_end(timeline.frames - timeline.end_frames, shots, options)
        why.append("at this length it has an end card" if grown else "timeline.json gives it a longer end card")
    because = " and ".join(why) or "timeline.json says so"
    longer = f"the film is {(timeline.frames - asked) / timeline.fps:.2f} s longer than"
    return f"{longer} {'its captions' if options.script_times else 'asked'}: {because}"


def check_timeline(timeline: Timeline, shots: Sequence[Shot]) -> None:
    """Check that a timeline, which a person may have edited, fits these shots and adds up.

    Raises:
        BrokenPlan: a shot has no span, or a span no shot; a span does not begin where the one before ends; `frames` is
            not the sum of all.
    """
    if [span.index for span in timeline.spans] != [shot.index for shot in shots]:
        raise BrokenPlan(
            f"timeline.json has {len(timeline.spans)} spans, not one for each of {len(shots)} shots in order: "
            "it was edited by hand and is kept; delete the file to have it laid out again"
        )
    start = timeline.title_frames
    for span in timeline.spans:
        if span.start != start:
            raise BrokenPlan(
                f"timeline.json: shot {span.index} has 'start' {span.start}, and what is before it ends at {start}: "
                f"write {start}, or delete the file to have it laid out again"
            )
        start += span.frames
    if timeline.frames != start + timeline.end_frames:
        raise BrokenPlan(
            f"timeline.json: 'frames' is {timeline.frames}, and title, shots and end card are "
            f"{start + timeline.end_frames}: write that, or delete the file to have it laid out again"
        )
