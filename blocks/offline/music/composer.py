"""The offline composer: writes an ambient score with numpy alone, in ten moods that change on the film's cuts.

A score is a chain of bars, each a chord of pads that crossfades into the next one at equal power, with struck notes
over them. It is written block by block: an hour needs hardly more memory than a minute. The music of each mood is in
`mood_music.py`, its sounds are in `orchestra.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from blocks.offline.music.mood_music import MOOD_MUSIC, MoodMusic, styled_music
from blocks.offline.music.orchestra import BLOCK, LOOP, RATE_HZ, Orchestra, Room, smooth
from studio.audio.wav import Samples, wav_file
from studio.errors import EngineFailed
from studio.model.film import Mood, MusicCue
from studio.model.fingerprint import fingerprint
from studio.model.receipt import PieceMeasures
from studio.model.style import MUSIC, Style

TURN_SECONDS, CUT_TURN_SECONDS = 2.0, 0.8
"""How long a chord takes to become the next one, with the bar line in the middle; on a cut it is faster."""
FADE_IN_SECONDS, GROW_SECONDS, GROW_DB = 0.6, 6.0, 12.0
"""The beginning: a fade in from silence, and growth by 12 dB; at most a sixteenth and a fifth of the film's length."""
FADE_OUT_SECONDS = 5.0
"""The end: the last chord fades out until the film's last sample; at most a quarter of the film's length."""
CEILING = 0.89
"""Largest sample, -1 dBFS: a tanh limits the sum to it."""


@dataclass(frozen=True)
class OfflineComposer:
    """Composes scores of slow chords, bells and pulses; the same cues, length and seed give the same bytes.

    Attributes:
        style: the style whose tempo and instruments are heard; None for those of the moods.
    """

    style: Style | None = None

    engine = "offline"
    model = "composer"
    version = 3

    def in_style(self, style: Style) -> Self:
        """Return this composer, working in the style."""
        return replace(self, style=style)

    @property
    def style_print(self) -> str:
        """What of the style changes its scores."""
        return "" if self.style is None else fingerprint(composer=self.style.settings.model_dump_json(include=MUSIC))

    def compose(self, cues: tuple[MusicCue, ...], seconds: float, seed: int, out: Path) -> PieceMeasures:
        """Write a score: a WAV, stereo 16 bit at 48 kHz, of `round(seconds * 48000)` samples.

        It begins in silence, changes to the mood of each cue without a jump in loudness, and ends with a cadence on the
        home chord, which has faded out at the last sample. Bars are stretched so that a whole number of them is between
        two cues.

        Args:
            cues: at least one, in order of `start`, the first at 0; those at or after the end are not heard.
            seconds: length, >= 0 and finite.

        Raises:
            EngineFailed: cues or length are not as above, or the file cannot be written; what is at `out` is useless.
        """
        if not 0 <= seconds < math.inf:
            raise EngineFailed(f"a score cannot be {seconds!r} seconds long; ask for 0 or more")
        starts = [cue.start for cue in cues]
        if not cues or starts[0] != 0 or any(late <= early for early, late in pairwise(starts)):
            raise EngineFailed(f"a score's cues begin at 0 and come in order, not at {starts!r}; plan them again")
        samples = round(seconds * RATE_HZ)
        moods = MOOD_MUSIC if self.style is None else styled_music(self.style.settings)
        with wav_file(out, channels=2, rate_hz=RATE_HZ) as append:
            for block in _score(_bars(cues, samples, moods), samples, seed):
                append(block)
        return PieceMeasures(seconds=samples / RATE_HZ)


class _Bar(NamedTuple):
    """A chord from sample `begin` to `end`; `opening`: the first of a new mood, `closing`: the last of the film."""

    begin: int
    end: int
    mood: Mood
    chord: int
    opening: bool
    closing: bool
    music: MoodMusic


class _Note(NamedTuple):
    """A struck note: the sample at which it starts, its sound and pitch, and its gain left and right."""

    start: int
    sound: str
    pitch: int
    left: float
    right: float


def _bars(cues: Sequence[MusicCue], samples: int, moods: Mapping[Mood, MoodMusic] = MOOD_MUSIC) -> list[_Bar]:
    """Return the bars of the film, end to end: the chords in turn, from the home chord on, and a cadence at the end.

    A new mood continues with its next chord: if it began with its first, a film of short scenes would hear only that.
    """
    starts = [min(round(cue.start * RATE_HZ), samples) for cue in cues]
    spans = [
        (begin, end, cue.mood)
        for begin, end, cue in zip(starts, [*starts[1:], samples], cues, strict=True)
        if end > begin
    ]
    bars: list[_Bar] = []
    for begin, end, mood in spans:
        music, last = moods[mood], end == samples
        count = max(1, round((end - begin) / RATE_HZ / music.bar_seconds))
        # A cadence needs the home chord after it, and in a film of one mood also before it.
        cadence = 2 if bars else 3
        if last and end - begin >= 2 * cadence * RATE_HZ:
            count = max(count, cadence)
        edges = [begin + (end - begin) * number // count for number in range(count + 1)]
        if last and count > 1:
            # The last chord is heard for a second before it fades out, where the one before it leaves room.
            edges[-2] = max((2 * edges[-3] + end) // 3, min(edges[-2], end - round((FADE_OUT_SECONDS + 1) * RATE_HZ)))
        for number in range(count):
            chord, closing = len(bars) % len(music.chords), last and number == count - 1
            if closing or (last and number == count - 2 and bars):
                chord = 0 if closing else music.cadence
            bars.append(
                _Bar(edges[number], edges[number + 1], mood, chord, number == 0 and bool(begin), closing, music)
            )
    return bars


def _score(bars: Sequence[_Bar], samples: int, seed: int) -> Iterator[Samples]:
    """Yield the film's music in blocks, (n, 2) float32, `samples` long together."""
    orchestra, room = Orchestra(seed), Room(seed)
    turns = _crossfades(bars)
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
                block[first - begin : last - begin] += _bar_gain(here, bar, turns[number], turns[number + 1]) * pad
        while upcoming < len(notes) and notes[upcoming].start < end:
            note = notes[upcoming]
            ringing.append((note, orchestra.note(note.sound, note.pitch)))
            upcoming += 1
        ringing = [(note, sound) for note, sound in ringing if note.start + len(sound) > begin]
        for note, sound in ringing:
            first, last = max(note.start, begin), min(note.start + len(sound), end)
            gain = np.array([note.left, note.right], np.float32)
            struck[first - begin : last - begin] += gain * sound[first - note.start : last - note.start, None]
        block += struck + room.reverberate(struck.mean(axis=1))
        bent = CEILING * np.tanh(block / np.float32(CEILING))
        yield bent * _film_gain(begin, end, samples)[:, None]


def _crossfades(bars: Sequence[_Bar]) -> list[int]:
    """Return how many samples the crossfade into each bar takes; 0 before the first and after the last.

    Half of it is in the bar on either side, so it is never longer than the shorter of them.
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


def _bar_gain(here: NDArray[np.int64], bar: _Bar, turn_in: int, turn_out: int) -> Samples:
    """Return the gain of a bar at the samples `here`, (n, 1): in a crossfade the squares of both gains sum to 1."""
    gain = np.ones(len(here))
    if turn_in:
        gain *= np.sin(np.pi / 2 * smooth((here - bar.begin + turn_in / 2) / turn_in))
    if turn_out:
        gain *= np.cos(np.pi / 2 * smooth((here - bar.end + turn_out / 2) / turn_out))
    return gain.astype(np.float32)[:, None]


def _notes(bars: Sequence[_Bar], samples: int, home: int, seed: int) -> list[_Note]:
    """Return the struck notes in order: they get denser until two thirds of the film, then sparser.

    The first note of a new mood is exactly on its cut; all others are a little late, as a player's are.
    """
    notes: list[_Note] = []
    quiet_until = min(GROW_SECONDS * RATE_HZ, samples / 5)
    for number, bar in enumerate(bars):
        rng = np.random.default_rng([seed, 3, number])
        music, chord = bar.music, bar.music.chords[bar.chord]
        place = bar.begin / max(1, samples)
        fullness = 0.6 + 0.4 * math.sin(math.pi * min(1.0, place / 0.66) / 2) - 0.3 * max(0.0, place - 0.66)
        beat_samples = (bar.end - bar.begin) / music.beats
        if bar.opening or bar.closing:
            notes.append(_Note(bar.begin, "bell", home + 12 + chord[0] + 12 * (chord[0] < -6), 0.8, 0.8))
        for beat in range(music.beats):
            strike, pluck, late = rng.random(), rng.random(), max(0.0, rng.normal(0.012, 0.006))
            step, force, pan = int(rng.integers(1, len(chord))), rng.uniform(0.55, 1.0), rng.uniform(-0.35, 0.35)
            start = round(bar.begin + beat * beat_samples + late * RATE_HZ)
            # Beats closer than a sixth of a second would rattle; a short scene may have such a bar.
            if start < quiet_until or (bar.closing and beat) or beat_samples < RATE_HZ / 6:
                continue
            if music.pulse and beat % 2 == 0:
                loud = music.pulse * fullness * (1.0 if beat % 4 == 0 else 0.6)
                notes.append(_Note(start, "pulse", home + chord[0], loud, loud))
            if pluck < music.plucks:
                run = (beat if beat % 8 < 4 else -beat - 1) % (len(chord) - 1) + 1
                loud = force * (0.7 + 0.3 * fullness)
                notes.append(_Note(start, "pluck", home + 12 + chord[run], loud * (1 - pan), loud * (1 + pan)))
            if strike < music.bells * fullness and not (bar.opening and beat == 0):
                notes.append(_Note(start, "bell", home + 12 + chord[step], force * (1 - pan), force * (1 + pan)))
    return sorted(notes)


def _film_gain(begin: int, end: int, samples: int) -> Samples:
    """Return the gain of the samples `[begin, end)` of a film of `samples`: from silence at its start to its end."""
    here = np.arange(begin, end, dtype=np.float64)
    fade_in = max(1.0, min(FADE_IN_SECONDS * RATE_HZ, samples / 16))
    grow = max(1.0, min(GROW_SECONDS * RATE_HZ, samples / 5))
    fade_out = max(1.0, min(FADE_OUT_SECONDS * RATE_HZ, samples / 4))
    grown = 10 ** (-GROW_DB / 20 * (1 - smooth(here / grow)))
    return (smooth(here / fade_in) * grown * smooth((samples - 1 - here) / fade_out)).astype(np.float32)
