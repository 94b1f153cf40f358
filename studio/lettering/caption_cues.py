"""Time captions and write them: which words are on the screen when, and the text formats SRT and WebVTT.

Times are whole frames throughout and become milliseconds only when they are written, so that nothing drifts.
`linebreaks.py` holds the width of a line and where it may break; `studio/video/burned_captions.py` draws captions into
pictures. Rules followed: Netflix, Timed Text Style Guide, General Requirements (two lines, 42 characters, at most 7 s,
2 frames between captions, up to 20 characters a second) and BBC Subtitle Guidelines (break at punctuation; never under
a second if it can be avoided).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.lettering.linebreaks import (
    CLOSERS,
    ENDS,
    LINE_COLUMNS,
    OPENERS,
    RESTS,
    clean,
    clean_lines,
    columns_of,
    parts_of,
    spaceless,
)
from studio.model.film import Cue, Word
from studio.text.sentences import abbreviated, ends_sentence

WANTED_SECONDS = 1.0
LEAST_SECONDS, MOST_SECONDS = 0.8, 7.0
"""Limits of a caption's length, kept if the line leaves room; it lasts `WANTED_SECONDS` if the next one allows it."""
GAP_FRAMES = 2
BEHIND_SECONDS = 0.01
"""If one caption follows another at once, both give way for the gap between them: the second begins this much after its
first word, or up to a frame later, so that the first ends at most 0.08 s before its last word does."""
COLUMNS_A_SECOND = 20.0
READING_COLUMNS_A_SECOND = 12.0
"""Reading speed for captions that nobody speaks: calm, as 160 words a minute (BBC) are 12 to 16 columns a second."""
LINGER_SECONDS = 0.6
"""How long a caption stays after its last word, and the shortest pause between two captions that is left empty."""

_CLINGING = "a an the of to in on at by for from with and or but as if that into than her his its my"
_NEVER_LAST = frozenset(_CLINGING.split())
_WORD_JOINER = "\u2060"
_Numbers = NDArray[np.float64]


class _Piece(NamedTuple):
    """The smallest part that is never divided: a word, or one sign of a script without spaces, with its seconds."""

    text: str
    start: float
    end: float
    glued: bool
    """Whether it follows the piece before without a space."""


def line_cues(
    words: Sequence[Word],
    fps: int,
    offset_frames: int,
    until_frames: int | None = None,
    line_columns: int = LINE_COLUMNS,
) -> tuple[Cue, ...]:
    """Return the captions of a spoken line, in order, none overlapping.

    Each has at most two lines of 42 columns and stays 0.8 to 7 s, if there is room; they are 2 frames apart. Every word
    appears once and in order. A word longer than a line is divided; CJK and Thai break between signs. A line of nothing
    but marks ('...') gets no captions.

    Args:
        words: in order, times in seconds from the start of the line.
        fps: frames per second of the film.
        offset_frames: the frame at which the line begins, >= 0; no caption begins before it.
        until_frames: the frame at which the last caption must be gone; if the words need more room than there is
            (thousands of them in a second), lines grow longer instead. None: no limit.
        line_columns: longest line, 1 to 42; less if letters are burned into a narrow frame.

    Returns:
        Captions in order, none overlapping, in frames counted like `offset_frames`.
    """
    pieces = [piece for word in words for piece in _pieces(word)]
    if not any(_says(piece.text) for piece in pieces):
        return ()
    room = None if until_frames is None else max(1, until_frames - offset_frames)
    columns = float(line_columns)
    everything = sum(columns_of(piece.text) + 1 for piece in pieces)
    if room is not None:
        # Begin with the least length that can work: trying every doubling takes quadratic time in the words.
        columns = max(columns, everything / 2 / max(1, (room + GAP_FRAMES) // (1 + GAP_FRAMES)))
    groups = [pieces] if everything <= columns > line_columns else _grouped(pieces, columns)
    while room is not None and len(groups) * (1 + GAP_FRAMES) - GAP_FRAMES > room:
        columns *= 2
        groups = _grouped(pieces, columns) if columns < everything else [pieces]
    texts = [_laid_out(group, columns) or _joined(group) for group in groups]
    spoken = [(group[0].start, group[-1].end) for group in groups]
    last = None if room is None else offset_frames + room
    spans = _timed(spoken, fps, offset_frames, last)
    return tuple(Cue(start=start, end=end, text=text) for (start, end), text in zip(spans, texts, strict=True))


def silent_cues(
    text: str, frames: int, fps: int, offset_frames: int, line_columns: int = LINE_COLUMNS
) -> tuple[Cue, ...]:
    """Return the captions of a line that nobody speaks, at reading speed from its first frame, within its `frames`.

    A line that is too long for its frames is shown faster, as fast as it needs to be.
    """
    written = text.split()
    shares = [max(1.0, columns_of(clean(word)) + 1) for word in written]
    seconds = min(frames / fps, max(WANTED_SECONDS, sum(shares) / READING_COLUMNS_A_SECOND))
    words, so_far, whole = [], 0.0, sum(shares)
    for word, share in zip(written, shares, strict=True):
        begin, so_far = so_far, so_far + share
        words.append(Word(text=word, start=begin / whole * seconds, end=so_far / whole * seconds))
    return line_cues(words, fps, offset_frames, offset_frames + frames, line_columns)


def srt_text(cues: Sequence[Cue], fps: int) -> str:
    """Return the captions as SubRip: numbered from 1, `HH:MM:SS,mmm --> HH:MM:SS,mmm`, text, an empty line.

    SubRip has no escaping, so in text that would be taken for a tag or an arrow an invisible word joiner (U+2060)
    separates the signs: 'a<b>' looks the same and is not bold.
    """
    apart = (("-->", "--" + _WORD_JOINER + ">"), ("<", "<" + _WORD_JOINER), ("{\\", "{" + _WORD_JOINER + "\\"))
    blocks = []
    for number, cue in enumerate(cues, start=1):
        text = clean_lines(cue.text)
        for sign, kept in apart:
            text = text.replace(sign, kept)
        blocks.append(f"{number}\n{_stamp(cue.start, fps, ',')} --> {_stamp(cue.end, fps, ',')}\n{text}\n")
    return "\n".join(blocks)


def vtt_text(cues: Sequence[Cue], fps: int) -> str:
    """Return the captions as WebVTT (https://www.w3.org/TR/webvtt1/#file-structure); '&', '<' and '>' are escaped."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        text = clean_lines(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_stamp(cue.start, fps, '.')} --> {_stamp(cue.end, fps, '.')}\n{text}\n")
    return "\n".join(blocks)


def _stamp(frame: int, fps: int, point: str) -> str:
    """Return the frame's time to the nearest millisecond; half a frame is 16 ms or more, so nothing is lost."""
    milliseconds = (2000 * frame + fps) // (2 * fps)
    seconds, milliseconds = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{milliseconds:03d}"


def _pieces(word: Word) -> list[_Piece]:
    """Divide one word where a caption may break it; its time is shared out by the number of characters."""
    parts = parts_of(clean(word.text))
    seconds, length = word.end - word.start, max(1, sum(map(len, parts)))
    pieces, at = [], 0
    for number, part in enumerate(parts):
        begin, at = at, at + len(part)
        start, end = word.start + seconds * begin / length, word.start + seconds * at / length
        pieces.append(_Piece(part, start, max(start, end), number > 0 or word.glued))
    return pieces


def _joined(pieces: Sequence[_Piece]) -> str:
    return "".join(p.text if p.glued or not n else " " + p.text for n, p in enumerate(pieces))


def _laid_out(pieces: Sequence[_Piece], columns: float) -> str | None:
    """Return the pieces in one line, or in the two best lines of at most `columns` each; None if they do not fit."""
    whole = _joined(pieces)
    everything = columns_of(whole)
    if everything <= columns:
        return whole
    best: tuple[float, int] | None = None
    over = 0.0
    for cut in range(1, len(pieces)):
        over += columns_of(pieces[cut - 1].text) + (0 if pieces[cut - 1].glued or cut == 1 else 1)
        under = everything - over - (0 if pieces[cut].glued else 1)
        if max(over, under) <= columns:
            # Lines of equal length read best, or a longer lower one; a break at a comma is worth eight columns.
            unevenness = abs(over - under) + (3 if over > under else 0) + 8 * _tear(pieces[cut - 1], pieces[cut])
            best = min(best or (unevenness + 1, 0), (unevenness, cut))
    return f"{_joined(pieces[: best[1]])}\n{_joined(pieces[best[1] :])}" if best else None


def _tear(last: _Piece, following: _Piece) -> float:
    """Return how bad a break between two pieces is, 0 to 6.

    0 after a sentence, 0.4 after a comma, 1 or more within a phrase, 4 between an abbreviation and its name or number,
    6 within a word.
    """
    bare = last.text.rstrip(CLOSERS)
    ending = bare[-1:]
    if following.glued and not spaceless(last.text[-1:]):
        return 6.0  # an address in two lines
    if abbreviated(last.text, following.text) or not _says(following.text):
        return 4.0
    if ending and ending in ENDS and (following.glued or ending not in ".!?" or _ends(bare, following)):
        return 0.0
    if ending and ending in RESTS:
        return 0.4
    clings = last.text.lower().lstrip(OPENERS) in _NEVER_LAST
    return 1.0 + 0.5 * clings


def _says(text: str) -> bool:
    """Tell whether the text has more than punctuation: a letter, a digit, a music note."""
    return any(unicodedata.category(sign)[0] not in "PZC" for sign in text)


def _ends(bare: str, following: _Piece) -> bool:
    """Tell whether a sentence ends with a mark: not in 'e.g. this', always with '...', as in a script."""
    return bare.endswith("..") or ends_sentence(bare, following.text)


def _grouped(pieces: Sequence[_Piece], columns: float) -> list[Sequence[_Piece]]:
    """Divide a line's pieces into captions so that the sum of their prices is least (dynamic programming).

    For each first piece, the prices of all captions that it may begin are computed at once: there may be thousands.
    """
    count = len(pieces)
    starts, ends, widths, spaces = (
        np.array(each, dtype=np.float64)
        for each in (
            [piece.start for piece in pieces],
            [piece.end for piece in pieces],
            [columns_of(piece.text) for piece in pieces],
            [0 if piece.glued else 1 for piece in pieces],
        )
    )
    tears = np.array([_tear(one, two) for one, two in pairwise(pieces)])
    across = 0.5 * (tears == 0.0) + 2.0 * (starts[1:] - ends[:-1] > LINGER_SECONDS)
    torn = np.concatenate([[0.0], np.cumsum(across)])  # halves: exact, and so are columns
    filled = np.cumsum(spaces + widths)
    until = np.append(starts[1:], ends[-1] + 2 * LINGER_SECONDS)
    parting = np.append(2.0 * tears, 0.0)
    cheapest = np.concatenate([[0.0], np.full(count, np.inf)])
    came_from = [0] * (count + 1)
    for first in range(count):
        upper = filled[first:] - filled[first] + widths[first]
        more = max(1, int(np.searchsorted(upper, columns, side="right")))  # fills the upper line first
        width = upper[:more]
        if first + more < count:
            said = widths[first + more :]
            begin = first + more + int(np.argmax(said > 0))  # before it, nothing is seen that a space could part
            lower = np.maximum(0.0, filled[first + more :] - filled[begin] + widths[begin]) * bool(said.any())
            width = np.append(width, upper[more - 1] + lower[: int(np.searchsorted(lower, columns, side="right"))])
        late = ends[first + 1 : first + len(width)] - starts[first] > MOST_SECONDS
        reach = 1 + int(np.argmax(late)) if late.any() else len(width)
        last = slice(first, first + reach)
        shown = np.maximum(until[last] - starts[first], 0.04)
        price = _prices(shown, ends[last] - starts[first], width[:reach], torn[last] - torn[first]) + parting[last]
        price = cheapest[first] + price
        for better in np.flatnonzero(price < cheapest[first + 1 : first + 1 + reach]):
            came_from[first + 1 + better] = first
        np.minimum(cheapest[first + 1 : first + 1 + reach], price, out=cheapest[first + 1 : first + 1 + reach])
    groups: list[Sequence[_Piece]] = []
    end = count
    while end:
        groups.append(pieces[came_from[end] : end])
        end = came_from[end]
    return groups[::-1]


def _prices(shown: _Numbers, spoken: _Numbers, width: _Numbers, torn: _Numbers) -> _Numbers:
    """Return the prices of captions, higher for worse: each costs 1, and more if it is too short, too long or too fast.

    `torn` is the price of the ends of sentences and the silences inside each, which it should not run across.
    """
    price = 1.0 + torn + 3.0 * np.maximum(0.0, WANTED_SECONDS - shown) + np.maximum(0.0, spoken - MOST_SECONDS)
    # The gap before the next caption and two roundings to frames shorten the time it is shown.
    price += 50.0 * np.maximum(0.0, LEAST_SECONDS + 0.16 - shown)
    price += 0.05 * np.maximum(0.0, width / shown - COLUMNS_A_SECOND)
    return price


def _timed(spoken: Sequence[tuple[float, float]], fps: int, offset: int, last: int | None) -> list[tuple[int, int]]:
    """Return the frames of captions: from their first word to a little after the last, with gaps, and long enough."""
    starts: list[int] = []
    said_until = -1.0
    for start, end in spoken:
        earliest = starts[-1] + 1 + GAP_FRAMES if starts else offset
        at_once = start - said_until < GAP_FRAMES / fps
        starts.append(max(earliest, offset + (ceil((start + BEHIND_SECONDS) * fps) if at_once else int(start * fps))))
        said_until = end
    if last is not None:
        latest = last - 1
        for number in reversed(range(len(starts))):
            starts[number] = min(starts[number], latest)
            latest = starts[number] - 1 - GAP_FRAMES
    spans = []
    for number, (start, (_, spoken_until)) in enumerate(zip(starts, spoken, strict=True)):
        free = starts[number + 1] - GAP_FRAMES if number + 1 < len(starts) else last
        wanted = max(start + round(WANTED_SECONDS * fps), offset + round((spoken_until + LINGER_SECONDS) * fps))
        longest = start + round(MOST_SECONDS * fps)
        end = max(start + 1, min(wanted, longest))
        if free is not None:
            hole = free - end < LINGER_SECONDS * fps and number + 1 < len(starts)
            end = free if end > free or (hole and free <= longest) else end
        spans.append((start, end))
    return spans
