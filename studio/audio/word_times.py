"""Tell when each word of a recorded voice is spoken: by its text, its pauses and the length of its words.

No model is needed: pauses in the sound are matched with the marks of the text, and between two pauses every word takes
a share of the time as long as it is to say. `listening.py` knows better, if its extra is installed and the text is
English. Called for a person's own narration; the engines' voices bring their own times.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.audio import listening
from studio.audio.foreign_sound import sound_blocks
from studio.audio.loudness import loud_power, powers_of
from studio.audio.wav import Samples
from studio.model.film import Word

RATE_HZ = 24_000
STEP_SECONDS = 0.01
PAUSE_SECONDS = 0.1
"""The shortest silence that may lie between two words: the closure of a 'p' or 'k' is shorter."""
_QUIET_DB = -28.0
"""Sound that is quieter than this, relative to the loud parts, is a pause."""
_AGREE_SECONDS = 0.35
"""How far two ways to time a word may be apart and still mean the same place."""
_LONGEST_SKIP = 4
"""Most pauses in a row that may lie within what is taken as said in one breath."""
_NEAR_SECONDS = 2.5
"""How far the end of a breath may be from where the words' lengths have it; and a tenth of the time until then."""

_STRONG = ".!?\u2026\u3002\uff01\uff1f\u0964\u061f"
_WEAK = ",;:\u2014\u2013\u3001\uff0c\uff1b\uff1a\u060c"
"""Marks after which a voice rests, and after which it may: also those of Chinese, Hindi and Arabic."""
_CYRILLIC_VOWELS = "\u0430\u0435\u0451\u0438\u043e\u0443\u044b\u044d\u044e\u044f\u0456\u0457\u0454"
_GREEK_VOWELS = "\u03b1\u03b5\u03b7\u03b9\u03bf\u03c5\u03c9"
_VOWELS = re.compile(f"[aeiouy{_CYRILLIC_VOWELS}{_GREEK_VOWELS}]+")
_CLOSING = "\"'\u201d\u2019\u00bb)]\u300d\u300f\uff09"
_WIDE_MARKS = "\u3002\uff01\uff1f\uff0c\u3001\uff1b"
_BREATH = re.compile(f"[^{_WIDE_MARKS}]*[{_WIDE_MARKS}]+[{re.escape(_CLOSING)}]*|[^{_WIDE_MARKS}]+")
"""What is said in one breath in a script without spaces: all until a mark, and the quotation marks behind it."""
_LITTLE = (
    " a an and are as at be but by for from he her his i in is it its of on or our she so that the their they this to "
    "until was we were who with you your "
)
"""English words that are said in passing."""


class Pause(NamedTuple):
    """A silence, in seconds."""

    start: float
    end: float


def timed_words(text: str, wav: Path, *, language: str = "en") -> tuple[Word, ...]:
    """Return the words of the text, as written and in order, each with the seconds at which it is spoken.

    Words are what stands between spaces, and of Chinese and Japanese what ends with a mark of theirs; one without a
    letter or digit (a dash, an emoji) has no length. Measured with the offline voice: half of all words begin within
    0.06 s of the truth.

    Args:
        wav: the recorded line: of any format, best as `conform_line` leaves it.
        language: of the text, two letters; where words can be recognised in it (`listening.py`), they are.

    Raises:
        BadInput: the file cannot be used.
    """
    parts = [_BREATH.findall(word) for word in text.split()]
    words = [part for word in parts for part in word]
    glued = [place > 0 for word in parts for place in range(len(word))]
    sound = np.concatenate([np.zeros(0, np.float32), *(b[:, 0] for b in sound_blocks(wav, RATE_HZ, "mono"))])
    timed = by_pauses(words, sound)
    if language == "en" and listening.is_installed():
        quiet = _quiet(sound)
        heard = [_within_speech(span, quiet) for span in listening.aligned(words, listening.heard(wav))]
        timed = _corrected(timed, heard, sound)
    return tuple(
        word.model_copy(update={"glued": True}) if behind else word for word, behind in zip(timed, glued, strict=True)
    )


def by_pauses(words: Sequence[str], sound: Samples) -> tuple[Word, ...]:
    """Return the words with times that follow from the pauses of the sound, (n,) at 24 kHz."""
    length = len(sound) / RATE_HZ
    said = [n for n, word in enumerate(words) if weight(word) > 0]
    edges = _speech(sound)
    if not said or edges is None:
        return tuple(Word(text=word, start=0.0, end=0.0) for word in words)
    pauses = [Pause(edges[0], edges[0]), *_pauses(sound, edges), Pause(edges[1], edges[1])]
    spans = _spread([words[n] for n in said], pauses)
    times = dict(zip(said, spans, strict=True))
    placed, last = [], 0.0
    for n, word in enumerate(words):
        start, end = times.get(n, (last, last))
        placed.append(Word(text=word, start=min(start, length), end=min(max(start, end), length)))
        last = end
    return tuple(placed)


def weight(word: str) -> float:
    """Return how many seconds a word takes at the pace of the offline voice; 0 if it is not said.

    Fitted to that voice's own word lengths by least squares: what is left of their spread is 0.07 s of 0.16.
    """
    plain = unicodedata.normalize("NFC", word)
    letters = sum(c.isalpha() for c in plain)
    digits = sum(c.isdigit() for c in plain)
    if not letters and not digits:
        return 0.0
    wide = sum(unicodedata.east_asian_width(c) == "W" for c in plain if c.isalpha())
    silent = 1 if re.search(r"[^aeiouyl]es?\W*$", plain, re.IGNORECASE) else 0
    bare = "".join(c for c in unicodedata.normalize("NFD", plain.casefold()) if not unicodedata.combining(c))
    syllables = max(1 if letters else 0, len(_VOWELS.findall(bare)) - silent)
    seconds = 0.087 + 0.026 * syllables + 0.036 * (letters - wide) + 0.2 * wide + 0.3 * digits
    if f" {re.sub(r'[^A-Za-z]', '', plain).casefold()} " in _LITTLE:
        seconds -= 0.107
    if plain.rstrip(_CLOSING).endswith(tuple(_STRONG + _WEAK)):
        seconds += 0.12  # the last word of a breath is drawn out
    return max(seconds, 0.05)


def _quiet(sound: Samples) -> NDArray[np.bool_]:
    """Return for each step whether it is a pause: well below speech, or as quiet as the room."""
    power = powers_of(sound, round(STEP_SECONDS * RATE_HZ))
    if not power.size or power.max() <= 0:
        return np.ones(len(power), np.bool_)
    loud, noise = loud_power(power), float(np.percentile(power, 5))
    return power < max(loud * 10 ** (_QUIET_DB / 10), min(noise * 4, loud * 10 ** (-14 / 10)))


def _speech(sound: Samples) -> tuple[float, float] | None:
    """Return from when to when something is said, in seconds; None if nothing is."""
    loud = np.flatnonzero(~_quiet(sound))
    return (float(loud[0]) * STEP_SECONDS, float(loud[-1] + 1) * STEP_SECONDS) if loud.size else None


def _pauses(sound: Samples, edges: tuple[float, float]) -> list[Pause]:
    quiet = np.concatenate(([False], _quiet(sound), [False]))
    bounds = np.flatnonzero(np.diff(quiet.astype(np.int8))).reshape(-1, 2) * STEP_SECONDS
    found = [Pause(float(a), float(b)) for a, b in bounds if b - a >= PAUSE_SECONDS]
    return [pause for pause in found if pause.start > edges[0] and pause.end < edges[1]]


def _mark_cost(word: str, seconds: float) -> float:
    """Return how unlikely it is that after this word of the text there is a pause of so many seconds."""
    bare = word.rstrip(_CLOSING)
    if bare.endswith(tuple(_STRONG)):
        return 0.0 if seconds >= 0.2 else 1.0
    if bare.endswith(tuple(_WEAK)):
        return 0.0 if seconds < 0.6 else 1.0
    return 1.0 + 4.0 * seconds


def _missing_cost(word: str) -> float:
    """Return how unlikely it is that after this word of the text there is no pause."""
    bare = word.rstrip(_CLOSING)
    return 5.0 if bare.endswith(tuple(_STRONG)) else 1.2 if bare.endswith(tuple(_WEAK)) else 0.0


def _spread(words: Sequence[str], pauses: Sequence[Pause]) -> list[tuple[float, float]]:
    """Return when each word is said: groups of words are given to what is said between two pauses, by least cost.

    Args:
        pauses: with the beginning and the end of speech as the first and the last, of no length.
    """
    weights = np.array([weight(word) for word in words])
    reach = np.concatenate(([0.0], np.cumsum(weights)))
    missing = np.concatenate(([0.0], np.cumsum([_missing_cost(word) for word in words])))
    quiet = np.concatenate(([0.0], np.cumsum([p.end - p.start for p in pauses])))
    speech = pauses[-1].start - pauses[0].end - float(quiet[-1])
    pace = max(speech, STEP_SECONDS) / float(reach[-1])
    best: list[dict[int, tuple[float, int, int]]] = [{0: (0.0, -1, -1)}]
    for k in range(1, len(pauses)):
        here: dict[int, tuple[float, int, int]] = {}
        spoken = pauses[k].start - pauses[0].end - float(quiet[k] - quiet[0])
        near = _NEAR_SECONDS + 0.1 * spoken
        low = int(np.searchsorted(reach, (spoken - near) / pace))
        high = int(np.searchsorted(reach, (spoken + near) / pace))
        ends = [len(words)] if k == len(pauses) - 1 else range(max(1, low), min(high, len(words) - 1) + 1)
        for j in ends:
            cheapest: tuple[float, int, int] | None = None
            pause_cost = 0.0 if k == len(pauses) - 1 else _mark_cost(words[j - 1], pauses[k].end - pauses[k].start)
            for before in range(max(0, k - _LONGEST_SKIP), k):
                skipped = float(quiet[k] - quiet[before + 1])
                seconds = pauses[k].start - pauses[before].end - skipped
                for i, (cost, _, _) in best[before].items():
                    if i >= j:
                        continue
                    expected = float(reach[j] - reach[i]) * pace
                    off = (seconds - expected) / (0.12 + 0.18 * expected)
                    total = cost + off * off + pause_cost + float(missing[j - 1] - missing[i])
                    total += 14.0 * skipped + 0.5 * (k - before - 1)
                    if cheapest is None or total < cheapest[0]:
                        cheapest = (total, before, i)
            if cheapest is not None:
                here[j] = cheapest
        best.append(here)
    groups = _way_back(best, len(words))
    spans: list[tuple[float, float]] = []
    for (before, i), (k, j) in pairwise(groups):
        spans += _shares(weights[i:j], pauses[before].end, pauses[k].start, pauses[before + 1 : k])
    return spans


def _way_back(best: Sequence[dict[int, tuple[float, int, int]]], words: int) -> list[tuple[int, int]]:
    """Return the (pause, words before it) of the cheapest way, from the beginning to the end."""
    if words not in best[-1]:
        return [(0, 0), (len(best) - 1, words)]
    way = [(len(best) - 1, words)]
    while way[-1][0] > 0:
        k, j = way[-1]
        _, before, i = best[k][j]
        way.append((before, i))
    return way[::-1]


def _shares(
    weights: NDArray[np.float64], start: float, end: float, within: Sequence[Pause]
) -> list[tuple[float, float]]:
    """Return the spans of words that are said one after the other; a pause within is no time in which one is said."""
    silent = sum(pause.end - pause.start for pause in within)
    ends = np.cumsum(weights) / weights.sum() * max(0.0, end - start - silent)

    def clock(spoken: float) -> float:
        at = start + spoken
        for pause in within:
            at += pause.end - pause.start if pause.start <= at + 1e-9 else 0.0
        return at

    return [(clock(float(a)), clock(float(b))) for a, b in pairwise([0.0, *ends])]


def _within_speech(span: tuple[float, float] | None, quiet: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Return a span without the silence at its ends: a recogniser lets a word begin where the one before ended."""
    if span is None:
        return None
    first = int(span[0] / STEP_SECONDS)
    loud = np.flatnonzero(~quiet[first : max(first + 1, round(span[1] / STEP_SECONDS))])
    if not loud.size:
        return None
    return max(span[0], (first + int(loud[0])) * STEP_SECONDS), min(span[1], (first + int(loud[-1]) + 1) * STEP_SECONDS)


def _corrected(timed: Sequence[Word], known: Sequence[tuple[float, float] | None], sound: Samples) -> tuple[Word, ...]:
    """Return the words with the times that were heard where those of the pauses are far from them.

    Where both agree the pauses are nearer to the truth: 0.04 s against 0.10 (measured with the offline voice). Words
    that were not heard share the time between those that were.
    """
    if all(
        span is None or abs(word.start - span[0]) <= _AGREE_SECONDS for word, span in zip(timed, known, strict=True)
    ):
        return tuple(timed)
    length = len(sound) / RATE_HZ
    edges = _speech(sound) or (0.0, length)
    spans: list[tuple[float, float]] = []
    for heard, run in groupby(range(len(timed)), key=lambda n: known[n] is not None):
        places = list(run)
        if heard:
            for n in places:
                span = known[n] or edges
                near = abs(timed[n].start - span[0]) <= _AGREE_SECONDS
                spans.append((timed[n].start, timed[n].end) if near else span)
            continue
        after = known[places[-1] + 1] if places[-1] + 1 < len(timed) else None
        start = spans[-1][1] if spans else edges[0]
        weights = np.array([weight(timed[n].text) for n in places])
        end = max(start, after[0] if after else edges[1])
        spans += _shares(weights, start, end, ()) if weights.sum() else [(start, start)] * len(places)
    placed, last = [], 0.0
    for word, (start, end) in zip(timed, spans, strict=True):
        start = min(max(start, last), length)
        end = min(max(start, end), length) if weight(word.text) else start
        placed.append(Word(text=word.text, start=start, end=end))
        last = start
    return tuple(placed)
