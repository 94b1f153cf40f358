"""Read a file of captions, SubRip or WebVTT, as a script: its cues' words alone, in order.

Called by `studio/input/script.py`, for which the times only part scenes, and by `studio/input/caption_times.py`.
Formats: https://www.w3.org/TR/webvtt1/ and, for SubRip, https://docs.fileformat.com/video/srt/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from studio.input.left_out import LeftOut
from studio.text.sentences import split_sentences

PAUSE_SECONDS = 3.0
"""A silence between two cues from which on a new scene begins: longer than the breath between two sentences."""

UNSTOPPED_CHARACTERS = 600
"""Most characters without a full stop, after which a new scene begins, too: recognised speech often has none at all."""

_CLOCK = r"(?:(?:\d{1,3}:)?\d{1,2}:)?\d{1,2}[,.]\d{1,3}"
_TIMES = re.compile(rf"[ \t]*(?P<start>{_CLOCK})[ \t]*-->[ \t]*(?P<end>{_CLOCK})(?:[ \t].*)?$")
_BEGINNING = re.compile(r"(?:WEBVTT(?:[ \t].*)?(?:\n|$)|\d{1,6}[ \t]*\n.{0,40}-->)")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,60})?[ \t]+(?P<name>[^<>]{1,80})>")
_MARK = re.compile(
    r"</?(?:v|c|i|b|u|ruby|rt|lang)(?:[.\s][^<>]{0,80})?>|<\d[\d:.]{2,15}>|</?font(?:\s[^<>]{0,200})?>|\{\\[^{}]{0,80}\}"
)
_SOUND = re.compile(r"[-\u2013\s]*(?:\[[^\[\]]{0,200}\]|\([^()]{0,200}\)|[\u266a\u266b\u266c#*\s]{1,20})$")
_NOTES = re.compile("[\u266a\u266b\u266c]")
_SUNG = re.compile(r"^#[ \t]{1,9}(?=[^\s#])|(?<=[^\s#])[ \t]{1,9}#$")
"""The marks about a line that is sung, as broadcasters write them: '# The sea, the sea #'."""


class Caption(NamedTuple):
    """What one cue says, in lines; `start` and `end` are in seconds."""

    start: float
    end: float
    lines: tuple[str, ...]
    parted: bool = False
    """Whether a scene begins with it: a silence of `PAUSE_SECONDS` is before it, or too much without a full stop."""


def captions_as_script(text: str, left: LeftOut | None = None) -> str | None:
    """Return what the cues of a caption file say, a paragraph for each scene; None if the text is no such file.

    A scene ends at a silence of `PAUSE_SECONDS`, and where a sentence would have more than `UNSTOPPED_CHARACTERS`.
    Sounds in brackets and notes are left out; so is a line that only repeats the line before, as automatic captions
    that roll up do.
    """
    captions = read_captions(text, left)
    return None if captions is None else "\n".join(caption_lines(captions))


def caption_lines(captions: Iterable[Caption]) -> Iterator[str]:
    """Yield the lines of captions in order, with a blank one where a scene begins."""
    for each in captions:
        if each.parted:
            yield ""
        yield from each.lines


def read_captions(text: str, left: LeftOut | None = None) -> list[Caption] | None:
    """Return the captions of a caption file that say something new; None if the text is no such file."""
    if not _BEGINNING.match(text.lstrip()) or "-->" not in text:
        return None
    left = LeftOut() if left is None else left
    told: list[Caption] = []
    before, sentence = Caption(0.0, 0.0, ()), ""
    for each in _cues(text.split("\n"), left):
        if not each.lines:
            continue
        parted = bool(told) and each.start - before.end >= PAUSE_SECONDS
        repeated = before.lines and each.start - before.end < 0.5
        last = before.lines[-len(each.lines) :] if repeated else ()
        new = each.lines
        for length in range(min(len(last), len(each.lines)), 0, -1):
            if before.lines[-length:] == each.lines[:length]:
                new = each.lines[length:]
                break
        left.add("repeated", len(each.lines) - len(new))
        if new:
            sentences = split_sentences("\n".join((sentence, *new)))
            if parted or len(sentences[0]) > UNSTOPPED_CHARACTERS:
                parted = bool(told)
                sentences = split_sentences("\n".join(new))
            sentence = sentences[-1]
            told.append(each._replace(lines=new, parted=parted))
        else:
            # The words stay to be read for longer.
            told[-1] = told[-1]._replace(end=max(told[-1].end, each.end))
        before = each
    return told


def _cues(lines: list[str], left: LeftOut) -> Iterator[Caption]:
    starts = [place for place, line in enumerate(lines) if "-->" in line and _TIMES.match(line)]
    for number, place in enumerate(starts):
        until = starts[number + 1] if number + 1 < len(starts) else len(lines)
        said: list[str] = []
        for line in lines[place + 1 : until]:
            # A blank line ends a cue; what follows is the next one's name, or a note.
            if not line.strip():
                break
            if words := _words(line):
                said.append(words)
            else:
                left.add("sound")
        times = _TIMES.match(lines[place])
        if times is not None:
            yield Caption(_seconds(times["start"]), _seconds(times["end"]), tuple(said))


def _words(line: str) -> str:
    """Return a caption's line in plain words, a speaker's name with a colon; '' if nobody speaks it."""
    named = _VOICE.search(line)
    words = _SUNG.sub("", _NOTES.sub("", _MARK.sub("", line)).strip())
    if not words or _SOUND.match(words):
        return ""
    words = words.removeprefix(">>").lstrip() if words.startswith(">>") else words
    return f"{' '.join(named['name'].split())}: {words}" if named else words


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
