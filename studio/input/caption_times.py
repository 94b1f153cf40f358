"""Read the times of a script that is captions: one shot for each caption, from where it begins until the next begins.

Times are those of the film: a film that follows its script's times has no title card before its shots. Called where
options are checked and by `studio/planning/shot_plan.py`; pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from studio.errors import BadInput
from studio.fs.safe_open import SHOTS
from studio.input.caption_files import PAUSE_SECONDS, Caption, caption_lines, read_captions
from studio.input.production_notes import notes_left_out
from studio.input.script import parse_script
from studio.model.brief import FilmOptions
from studio.model.film import LINE_CHARACTERS
from studio.text.markdown import read_markdown
from studio.text.words import clean_text

LEAST_SECONDS, MOST_SECONDS = 4.0, 3600.0
"""The length of a film, as `FilmOptions` limits it; the last shot of one that would be shorter lasts until then."""


class TimedShot(NamedTuple):
    """A shot by the captions' times: what is said, in one line, '' in a pause; where it begins, and its length."""

    line: str
    start: int
    frames: int


class _Said(NamedTuple):
    start: float
    end: float
    line: str


def timed_seconds(options: FilmOptions) -> float:
    """Return the length in seconds that the captions' times give a film, without its end card: until the last one ends.

    Raises:
        BadInput: as `timed_shots`; or there are prompts, and not one for each shot.
    """
    count = len(timed_shots(options))
    if options.prompts and len(options.prompts) != count:
        raise BadInput(
            f"--script-times: the captions make {count:,} shots, and there are {len(options.prompts):,} prompts: "
            "write one for each shot, or leave the prompts out"
        )
    return _length(_said(options.script or ""))


def timed_shots(options: FilmOptions) -> tuple[TimedShot, ...]:
    """Return the shots by the captions' times, in frames from the film's beginning; they lie end to end.

    A shot begins where its caption begins, to the nearest frame, the first one at 0; captions that begin in one frame
    share a shot. A pause of `PAUSE_SECONDS` or more, and of a shot's length or more, has shots of its own without a
    line, each about `shot_seconds` long.

    Raises:
        BadInput: the script is no captions; their times go back or are too long; or a caption is too long to be said in
            one shot.
    """
    return _shots(options.script or "", options.shot_seconds, options.fps)


def times_line(options: FilmOptions) -> str:
    """Return in one line what the captions' times make of the film; '' if it does not follow any."""
    if not options.script_times or options.script is None:
        return ""
    shots = timed_shots(options)
    pauses = sum(not shot.line for shot in shots)
    silent = f", {pauses:,} of them {'a pause' if pauses == 1 else 'pauses'}" if pauses else ""
    count = "1 shot" if len(shots) == 1 else f"{len(shots):,} shots"
    return f"the film follows its script's times: {count}{silent}, {timed_seconds(options):g} s without an end card"


@lru_cache(maxsize=4)
def _shots(script: str, shot_seconds: float, fps: int) -> tuple[TimedShot, ...]:
    said = _said(script)
    starts: list[float] = []
    lines: list[str] = []
    before = 0.0
    for each in said:
        pause = each.start - before
        if pause >= max(PAUSE_SECONDS, shot_seconds):
            count = max(1, math.floor(pause / shot_seconds + 0.5))
            starts += [before + pause * place / count for place in range(count)]
            lines += [""] * count
        starts.append(each.start if starts else 0.0)
        lines.append(each.line)
        before = max(before, each.end)
    frames = [_frame(start, fps) for start in starts]
    end = max(_frame(_length(said), fps), frames[-1] + 1)
    begun: list[tuple[int, str]] = []
    for start, line in zip(frames, lines, strict=True):
        if begun and begun[-1][0] >= start:
            begun[-1] = (begun[-1][0], f"{begun[-1][1]} {line}".strip())
        else:
            begun.append((start, line))
    if len(begun) > SHOTS:
        raise BadInput(
            f"--script-times: the captions make {len(begun):,} shots, the most is {SHOTS:,}: divide the file"
        )
    shots = [TimedShot(line, start, until - start) for (start, line), (until, _) in pairwise([*begun, (end, "")])]
    for shot in shots:
        if len(shot.line) > LINE_CHARACTERS:
            raise BadInput(
                f"--script-times: the caption at {_clock(shot.start / fps)} has {len(shot.line):,} characters, the "
                f"most that one shot can say is {LINE_CHARACTERS:,}: divide it"
            )
    return tuple(shots)


@lru_cache(maxsize=4)
def _said(script: str) -> tuple[_Said, ...]:
    """Return what is said in each caption, in one line of plain words; one without a letter or digit is a pause."""
    captions = read_captions(clean_text(script.removeprefix("\ufeff")))
    if captions is None:
        raise BadInput(
            "--script-times: the script has no times: give captions, SubRip or WebVTT, or leave the option out"
        )
    parse_script(script)
    latest = 0.0
    for each in captions:
        if each.start < latest or each.end < each.start:
            back = "begins before the one above it" if each.start < latest else "ends before it begins"
            raise BadInput(
                f"--script-times: the caption at {_clock(each.start)} {back}: put the captions in the order of their "
                "times, or leave the option out"
            )
        latest = each.start
    said = [
        _Said(each.start, each.end, line)
        for each, line in zip(captions, _plain(captions), strict=True)
        if re.search(r"\w", line)
    ]
    if not said:
        raise BadInput("--script-times: the captions have no text to speak")
    if (end := max(each.end for each in said)) > MOST_SECONDS:
        raise BadInput(
            f"--script-times: the captions end after {_clock(end)}, and a film lasts {_clock(MOST_SECONDS)} at most: "
            "divide the file, and let each begin at 0"
        )
    return tuple(said)


def _plain(captions: Sequence[Caption]) -> list[str]:
    """Return what is said in each caption, in one line each, as `parse_script` reads it."""
    owners = [place for place, each in enumerate(captions) for _ in caption_lines([each])]
    lines = read_markdown("\n".join(caption_lines(captions)))
    if len(lines) != len(owners):
        # A fence or a rule is left out as a line: each caption is read alone.
        read = [read_markdown("\n".join(caption_lines([each]))) for each in captions]
        owners = [place for place, found in enumerate(read) for _ in found]
        lines = tuple(line for found in read for line in found)
    told: list[list[str]] = [[] for _ in captions]
    for owner, line in zip(owners, notes_left_out(lines, played=False), strict=True):
        if not line.level:
            told[owner] += line.text.split()
    return [" ".join(words) for words in told]


def _length(said: Sequence[_Said]) -> float:
    return max(LEAST_SECONDS, *(each.end for each in said))


def _frame(seconds: float, fps: int) -> int:
    # In whole microseconds: as a float a time such as 73.54 s may lie below the half frame that it is.
    return (2 * round(seconds * 1_000_000) * fps + 1_000_000) // 2_000_000


def _clock(seconds: float) -> str:
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{left:04.1f}"
