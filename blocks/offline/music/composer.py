"""The offline composer: an ambient score from numpy alone, in ten moods that change on the film's cuts.

A score is a chain of bars, each a chord of pads that turns into the next one at equal power, with struck notes over
them. It is written block by block: an hour holds hardly more in memory than a minute. How moods are written is
`voicings.py`'s, how they sound `orchestra.py`'s; other composers live elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blocks.offline.music.orchestra import BLOCK, LOOP, RATE_HZ, Orchestra, Room, smooth
from blocks.offline.music.voicings import VOICINGS, Voicing
from studio.audio.wav import Samples, wav_file
from studio.errors import EngineFailed
from studio.model.film import Mood, MusicCue
from studio.model.receipt import PieceMeasures

TURN_SECONDS, CUT_TURN_SECONDS = 2.0, 0.8
"""How long a chord takes to become the next one, in the middle of which lies the bar line; on a cut it is quicker."""
FADE_IN_SECONDS, GROW_SECONDS, GROW_DB = 0.6, 6.0, 12.0
"""The beginning: out of nothing, and then by 12 dB; in a short film at most a sixteenth and a fifth of its length."""
FADE_OUT_SECONDS = 5.0
"""The end: the last chord dies away, and is gone with the film's last sample; in a short film a quarter of it."""
CEILING = 0.89
"""-1 dBFS: the sum is bent towards it by a tanh and cannot pass it."""


class OfflineComposer:
    """Writes pads with slow chords, bells and pulses; the same cues, length and seed give the same bytes."""

    engine = "offline"
    model = "composer"
    version = 3

    def compose(self, cues: tuple[MusicCue, ...], seconds: float, seed: int, out: Path) -> PieceMeasures:
        """Write a WAV, stereo 16 bit at 48 kHz, of `round(seconds * 48000)` samples.

        It grows out of nothing, turns on every cue into its mood without a jump in loudness, and ends with a cadence
        on the home chord, which has died away with the last sample. Bars are stretched so that a whole number of them
        lies between two cues.

        Args:
            cues: one at least, in order of `start`, the first at 0; those at or behind the end are not heard.
            seconds: length, >= 0 and finite.

        Raises:
            EngineFailed: no such cues or length, or the file cannot be written; `out` is worthless then.
        """
        if not 0 <= seconds < math.inf:
            raise EngineFailed(f"a score cannot be {seconds!r} seconds long; ask for 0 or more")
        starts = [cue.start for cue in cues]
        if not cues or starts[0] != 0 or any(late <= early for early, late in pairwise(starts)):
            raise EngineFailed(f"a score's cues begin at 0 and come in order, not at {starts!r}; plan them again")
        samples = round(seconds * RATE_HZ)
        with wav_file(out, channels=2, rate_hz=RATE_HZ) as append:
            for block in _score(_bars(cues, samples), samples, seed):
                append(block)
        return PieceMeasures(seconds=samples / RATE_HZ)


class _Bar(NamedTuple):
    """A chord from sample `begin` to `end`; `opening`: its mood begins with it, `closing`: it is the film's last."""

    begin: int
    end: int
    mood: Mood
    chord: int
    opening: bool
    closing: bool

    @property
    def voicing(self) -> Voicing:
        return VOICINGS[self.mood]


class _Note(NamedTuple):
    """Where a struck note sets in (a sample), which, and its gain left and right."""

    start: int
    sound: str
    pitch: int
    left: float
    right: float


def _bars(cues: Sequence[MusicCue], samples: int) -> list[_Bar]:
    """Return the film's bars, end to end: round the chords, home first, and at the end a cadence.

    A new mood goes on with its own next chord: with its first one a film of short scenes would never leave home.
    """
    starts = [min(round(cue.start * RATE_HZ), samples) for cue in cues]
    spans = [
        (begin, end, cue.mood)
        for begin, end, cue in zip(starts, [*starts[1:], samples], cues, strict=True)
        if end > begin
    ]
    bars: list[_Bar] = []
    for begin, end, mood in spans:
        voicing, last = VOICINGS[mood], end == samples
        count = max(1, round((end - begin) / RATE_HZ / voicing.bar_seconds))
        # A cadence needs home after it, and in a film of one mood home before it, too.
        cadence = 2 if bars else 3
        if last and end - begin >= 2 * cadence * RATE_HZ:
            count = max(count, cadence)
        edges = [begin + (end - begin) * number // count for number in range(count + 1)]
        if last and count > 1:
            # The last chord is heard for a second before it dies away, where the one before it leaves room.
            edges[-2] = max((2 * edges[-3] + end) // 3, min(edges[-2], end - round((FADE_OUT_SECONDS + 1) * RATE_HZ)))
        for number in range(count):
            chord, closing = len(bars) % len(voicing.chords), last and number == count - 1
            if closing or (last and number == count - 2 and bars):
                chord = 0 if closing else voicing.cadence
            bars.append(_Bar(edges[number], edges[number + 1], mood, chord, number == 0 and bool(begin), closing))
    return bars


def _score(bars: Sequence[_Bar], samples: int, seed: int) -> Iterator[Samples]:
    """Yield the film's music, (n, 2) blocks that are `samples` long in all."""
    orchestra, room = Orchestra(seed), Room(seed)
    turns = _turns(bars)
    offsets = np.random.default_rng([seed, 5]).integers(0, LOOP, len(bars))
    notes = _notes(bars, samples, orchestra.home, seed)
    upcoming = 0
    ringing: list[tuple[_Note, Samples]] = []
    for begin in range(0, samples, BLOCK):
        end = min(begin + BLOCK, samples)
        block, struck = np.zeros((end - begin, 2), np.float32), np.zeros((end - begin, 2), np.float32)
        for number, bar in enumerate(bars):
            first = max(begin, bar.begin - turns[number] // 2)
            last = min(end, bar.end + turns[number + 1] // 2)
            if first < last:
                here = np.arange(first, last)
                pad = orchestra.pad(bar.mood, bar.chord)[(here + offsets[number]) % LOOP]
                block[first - begin : last - begin] += _swell(here, bar, turns[number], turns[number + 1]) * pad
        while upcoming < len(notes) and notes[upcoming].start < end:
            note = notes[upcoming]
            ringing.append((note, orchestra.note(note.sound, note.pitch)))
            upcoming += 1
        ringing = [(note, sound) for note, sound in ringing if note.start + len(sound) > begin]
        for note, sound in ringing:
            first, last = max(note.start, begin), min(note.start + len(sound), end)
            gain = np.array([note.left, note.right], np.float32)
            struck[first - begin : last - begin] += gain * sound[first - note.start : last - note.start, None]
        block += struck + room.answer(struck.mean(axis=1))
        bent = CEILING * np.tanh(block / np.float32(CEILING))
        yield bent * _arc(begin, end, samples)[:, None]


def _turns(bars: Sequence[_Bar]) -> list[int]:
    """Return the samples that the turn into each bar takes, none before the first and after the last.

    A turn takes half of itself from the bar on either side, so it is never longer than the shorter of them.
    """
    turns = [
        min(
            round((CUT_TURN_SECONDS if bar.opening else TURN_SECONDS) * RATE_HZ),
            before.end - before.begin,
            bar.end - bar.begin,
        )
        for before, bar in pairwise(bars)
    ]
    return [0, *turns, 0]


def _swell(here: NDArray[np.int64], bar: _Bar, turn_in: int, turn_out: int) -> Samples:
    """Return a bar's gain at the samples `here`, (n, 1): the squares of two that turn into each other sum to 1."""
    gain = np.ones(len(here))
    if turn_in:
        gain *= np.sin(np.pi / 2 * smooth((here - bar.begin + turn_in / 2) / turn_in))
    if turn_out:
        gain *= np.cos(np.pi / 2 * smooth((here - bar.end + turn_out / 2) / turn_out))
    return gain.astype(np.float32)[:, None]


def _notes(bars: Sequence[_Bar], samples: int, home: int, seed: int) -> list[_Note]:
    """Return what is struck when, in order: the music grows until two thirds of the film and then lets go.

    A new mood is struck in on its cut, to the sample; all else is a little late, as hands are.
    """
    notes: list[_Note] = []
    quiet_until = min(GROW_SECONDS * RATE_HZ, samples / 5)
    for number, bar in enumerate(bars):
        rng = np.random.default_rng([seed, 3, number])
        voicing, chord = bar.voicing, bar.voicing.chords[bar.chord]
        place = bar.begin / max(1, samples)
        fullness = 0.6 + 0.4 * math.sin(math.pi * min(1.0, place / 0.66) / 2) - 0.3 * max(0.0, place - 0.66)
        beat_samples = (bar.end - bar.begin) / voicing.beats
        if bar.opening or bar.closing:
            notes.append(_Note(bar.begin, "bell", home + 12 + chord[0] + 12 * (chord[0] < -6), 0.8, 0.8))
        for beat in range(voicing.beats):
            strike, pluck, late = rng.random(), rng.random(), max(0.0, rng.normal(0.012, 0.006))
            step, force, pan = int(rng.integers(1, len(chord))), rng.uniform(0.55, 1.0), rng.uniform(-0.35, 0.35)
            start = round(bar.begin + beat * beat_samples + late * RATE_HZ)
            # Beats closer than a sixth of a second are a rattle: a stretched bar of a short scene has such.
            if start < quiet_until or (bar.closing and beat) or beat_samples < RATE_HZ / 6:
                continue
            if voicing.pulse and beat % 2 == 0:
                loud = voicing.pulse * fullness * (1.0 if beat % 4 == 0 else 0.6)
                notes.append(_Note(start, "pulse", home + chord[0], loud, loud))
            if pluck < voicing.plucks:
                run = (beat if beat % 8 < 4 else -beat - 1) % (len(chord) - 1) + 1
                loud = force * (0.7 + 0.3 * fullness)
                notes.append(_Note(start, "pluck", home + 12 + chord[run], loud * (1 - pan), loud * (1 + pan)))
            if strike < voicing.bells * fullness and not (bar.opening and beat == 0):
                notes.append(_Note(start, "bell", home + 12 + chord[step], force * (1 - pan), force * (1 + pan)))
    return sorted(notes)


def _arc(begin: int, end: int, samples: int) -> Samples:
    """Gain of the samples `[begin, end)` of a film of `samples`: it grows out of nothing, and ends there."""
    here = np.arange(begin, end, dtype=np.float64)
    fade_in = max(1.0, min(FADE_IN_SECONDS * RATE_HZ, samples / 16))
    grow = max(1.0, min(GROW_SECONDS * RATE_HZ, samples / 5))
    fade_out = max(1.0, min(FADE_OUT_SECONDS * RATE_HZ, samples / 4))
    grown = 10 ** (-GROW_DB / 20 * (1 - smooth(here / grow)))
    return (smooth(here / fade_in) * grown * smooth((samples - 1 - here) / fade_out)).astype(np.float32)
