"""Caption files, SubRip and WebVTT, each with the shots that its times make."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

WORDS = ("The sea is grey", "A boat comes home", "Who is there", "He waits", "Gulls cry over the pier", "Snow falls")
_MARKS = ("{}", "{}", "{}", "<i>{}</i>", "{{\\an8}}{}", "<b>{}</b>", "♪ {} ♪", "# {} #")
_UNSAID = ("[door creaks]", "(sighs)", "♪♪", "- [wind]", "...")


@dataclass
class TimedFile:
    """A caption file, and of each of its shots the line and where it begins in seconds, before rounding to frames.

    Attributes:
        end: where the last caption ends, in seconds.
    """

    text: str = ""
    lines: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    end: float = 0.0


def timed_file(draw: random.Random, shot_seconds: float, least: float = 4.0) -> TimedFile:
    """Return a file of captions with gaps, pauses, overlaps, sounds and marks.

    Two captions never begin within a tenth of a second of each other, so that none share a frame.
    """
    file, web = TimedFile(), draw.random() < 0.5
    blocks = [draw.choice(("WEBVTT", "WEBVTT - A film\nKind: captions"))] if web else []
    clock = draw.choice((0.0, 0.0, 0.4, 2.9, 14.0, 61.25))
    latest = 0.0
    for number in range(1, draw.randrange(2, 14)):
        length = draw.choice((0.3, 1.0, 2.04, 3.517, 6.0))
        begin, end = round(clock, 3), round(clock + length, 3)
        said = f"{draw.choice(WORDS)} {number}."
        shown = [draw.choice(_MARKS).format(said)]
        if draw.random() < 0.3:
            second = f"And so on to {number}."
            shown.append(second)
            said = f"{said} {second}"
        silent = number > 1 and draw.random() < 0.15
        if silent:
            shown = [draw.choice(_UNSAID)]
        elif draw.random() < 0.2:
            shown.insert(draw.randrange(len(shown) + 1), draw.choice(_UNSAID[:-1]))
        if not silent:
            _add(file, said, begin, latest, shot_seconds)
            latest = max(latest, end)
        times = f"{_clock(begin, web, draw)} --> {_clock(end, web, draw)}"
        name = [draw.choice((str(number), "intro", ""))] if web else [str(number)]
        blocks.append("\n".join([*filter(None, name), times + draw.choice(("", " line:0")), *shown]))
        # The next one begins at its end, after a gap or a pause, or before its end.
        clock = max(begin + 0.1, end + draw.choice((0.0, 0.0, 0.08, 0.7, 2.5, 4.0, 11.0, 33.3, -0.2)))
    file.end = max(latest, least)
    file.text = draw.choice(("", "\ufeff")) + "\n\n".join(blocks) + "\n"
    return file


def _add(file: TimedFile, said: str, begin: float, latest: float, shot_seconds: float) -> None:
    pause = begin - latest
    if pause >= 3 and pause >= shot_seconds:
        count = max(1, int(pause / shot_seconds + 0.5))
        for place in range(count):
            file.lines.append("")
            file.starts.append(latest + place * pause / count)
    file.lines.append(said)
    file.starts.append(begin if file.starts else 0.0)


def _clock(seconds: float, web: bool, draw: random.Random) -> str:
    minutes, left = divmod(seconds, 60)
    hours = "" if web and draw.random() < 0.5 else "00:"
    clock = f"{hours}{int(minutes):02}:{left:06.3f}"
    return clock if web else clock.replace(".", ",")
