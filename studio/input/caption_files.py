"""Read a file of captions, SubRip or WebVTT, as a script: its cues' words alone, in order.

Called by `studio/input/script.py`, for which the times only part scenes, and by `studio/input/caption_times.py`.
Formats: https://www.w3.org/TR/webvtt1/ and, for SubRip, https://docs.fileformat.com/video/srt/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
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
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,60})?[ \t]+[^<>]{1,80}>")
_MARK = re.compile(
    r"</?(?:v|c|i|b|u|ruby|rt|lang)(?:[.\s][^<>]{0,80})?>|<\d[\d:.]{2,15}>|</?font(?:\s[^<>]{0,200})?>|\{\\[^{}]{0,80}\}"
)
_SQUARE = re.compile(r"[ \t]?\[[^\[\]]{0,200}\](?!\()[ \t]{0,3}:?")
_ROUND = re.compile(r"(?P<blank>^|[ \t])\((?P<words>[^()]{1,200})\)(?P<colon>[ \t]{0,3}:)?(?=[ \t]|$)")
_LEADING = re.compile(r"\((?P<words>[^()]{1,200})\)[ \t]{0,3}:?[ \t]{0,9}")
_SIGNS = re.compile(r"[-\u2013\u2014\s\u266a\u266b\u266c#*]{0,40}$")
_DASH = re.compile(r"(?:-{1,2}|[\u2013\u2014])(?:[ \t]{1,9}(?=\S)|(?=[^\W\d_a-z]|[\[(>\u00bf\u00a1\"\u201c]))")
_CHEVRONS = re.compile(r"(?:>|&gt;){2,3}[ \t]{0,9}")
_NAME = re.compile(
    r"(?P<name>[^\W\d_][^\s:()]{0,30}(?:[ \t][^\s:()]{1,30}){0,3})"
    r"(?:[ \t]{0,3}\([^()]{0,60}\))?[ \t]{0,3}:(?:[ \t]{1,9}|$)"
)
_STOPPED = re.compile("[.!?,;:\u2026\u3002\uff01\uff1f\u2013\u2014-][\"'\u201d\u2019)]{0,3}$")
_HEARD = re.compile(r"(?:[\w'-]{1,30}[ \t]){0,2}[\w'-]{1,30}(?:ing|[^s\W]s)$")
"""What is heard, in small letters: 'laughing', 'door slams'."""
_NOT_HEARD = frozenset(("a", "an", "and", "as", "at", "but", "for", "in", "no", "not", "of", "on", "or", "the", "with"))
_BLOCK = re.compile(r"(?:NOTE(?:[ \t].*)?|(?:STYLE|REGION)[ \t]*)$")
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
    Sounds in brackets, speakers' names and notes are left out; so is a line that only repeats the line before, as
    automatic captions that roll up do.
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
    if lines[0].startswith("WEBVTT"):
        left.add("block", _blocks(lines, frozenset(starts)))
    stopped = True
    for number, place in enumerate(starts):
        until = starts[number + 1] if number + 1 < len(starts) else len(lines)
        said: list[str] = []
        # A blank line ends a cue; what follows is the next one's name, or a note.
        shown = takewhile(str.strip, lines[place + 1 : until])
        for line in _squared("\n".join(shown), left).split("\n"):
            if words := _words(line, stopped, left):
                said.append(words)
                stopped = _STOPPED.search(words) is not None
        times = _TIMES.match(lines[place])
        if times is not None:
            yield Caption(_seconds(times["start"]), _seconds(times["end"]), tuple(said))


def _blocks(lines: list[str], starts: frozenset[int]) -> int:
    """Return how many blocks of a WebVTT file are notes, styles or regions."""
    return sum(
        not lines[place - 1].strip() and place + 1 not in starts and _BLOCK.match(line) is not None
        for place, line in enumerate(lines)
        if place and line.startswith(("NOTE", "STYLE", "REGION"))
    )


def _squared(text: str, left: LeftOut) -> str:
    """Return the lines of a cue without sounds in square brackets, which may go on in the next line."""
    if "[" not in text:
        return text
    told, count = _SQUARE.subn("", _MARK.sub(_unmarked, text))
    left.add("sound", count)
    return told


def _unmarked(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<v") else ""


def _words(line: str, stopped: bool, left: LeftOut) -> str:
    """Return what is spoken of a caption's line, after a dash if it has one; '' if nothing is.

    Args:
        stopped: whether what was said before is ended: then what is in brackets at the beginning is a sound.
    """
    left.add("name", len(_VOICE.findall(line)))
    words = _MARK.sub("", line).strip()
    if not words:
        return ""
    words = _SUNG.sub("", _NOTES.sub("", words).strip())
    if _SIGNS.match(words):
        left.add("sound")
        return ""
    dash, whole = "", words
    begun = named = marked = False
    for _ in range(8):
        if found := _DASH.match(words):
            dash, begun = "- ", True
        elif found := _CHEVRONS.match(words):
            begun = marked = True
        elif (found := _LEADING.match(words)) and (
            stopped or begun or found.end() == len(words) or _is_heard(found["words"])
        ):
            left.add("sound")
        elif (
            not named and (found := _NAME.match(words)) and _is_name(found["name"], words[found.end() :], begun, marked)
        ):
            left.add("name")
            left.add("sound", int("(" in found[0]))
            begun = named = True
        else:
            break
        words = words[found.end() :].lstrip()
    if "(" in words:
        words = _ROUND.sub(lambda found: _spoken(found, left), words).strip()
    if words != whole and not re.search(r"\w", words):
        return ""
    return dash + words


def _is_name(name: str, said: str, begun: bool, marked: bool) -> bool:
    """Tell whether a line's beginning, before a colon, names who speaks: it is in capitals, or `marked` by '>>'.

    In captions that are all in capitals, only one word is a name, if no dash stands before it (`begun`).
    """
    parts = name.split()
    if marked:
        return all(part[0].isupper() or not part[0].isalpha() for part in parts)
    if not name.isupper() or name.endswith(("!", "?", ",")):
        return False
    return begun or len(parts) == 1 or not said.isupper()


def _is_heard(words: str) -> bool:
    return _HEARD.match(words) is not None and words.split()[0] not in _NOT_HEARD


def _spoken(found: re.Match[str], left: LeftOut) -> str:
    """Return what stands in round brackets within a line, with its brackets, if it is spoken; else ''."""
    before = found.string[max(0, found.start() - 4) : found.start()]
    inside = found["words"]
    after_stop = _STOPPED.search(before) is not None and not inside.endswith((".", "!", "?"))
    if not re.search(r"[^\W\d_]", inside) or not (found["colon"] or after_stop or _is_heard(inside)):
        return found[0]
    left.add("sound")
    return ""


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
