"""The embedded composer: an ambient score from numpy alone, in three moods, for a film of any length.

A score is a few sounds laid down many times. Every sound (a chord of soft voices over a bass, a bell, a
low pulse) is made once, together with its room, and the film is then written block by block: an hour
holds no more in memory than a minute. Other moods, and other composers, live elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from studio.errors import EngineFailed
from studio.model import Made
from studio.wav import Samples, wav_file

RATE_HZ = 48_000
BLOCK = 1 << 17
"""Samples written at a time: 2.7 s, 1 MB."""
FADE_IN_SECONDS, FADE_OUT_SECONDS = 2.0, 4.0
"""In and out; in a short film at most a sixth and a quarter of its length."""
ATTACK_SECONDS, RELEASE_SECONDS = 2.0, 3.0
ROOM_SECONDS = 2.6
"""Length of the room's answer; it has fallen by 60 dB (e^-6.9, the definition of reverberation time)."""
WIDTH = 0.45
"""Side against middle. Left and right are middle plus and minus side, so mono is the middle and never cancels."""
LOUDNESS = 0.33
"""Full scale of the sum before the soft ceiling: -20 dBFS on the whole (measured), as a bed under a voice."""
CEILING = 0.89
"""-1 dBFS: the sum is bent towards it by a tanh and cannot pass it."""

Mood = Literal["hopeful", "melancholy", "tense"]
Ear = NDArray[np.float32]


class _Key(NamedTuple):
    """How a mood is written: semitones above `root` (a MIDI note, 69 is 440 Hz) for each of its chords."""

    root: int
    chords: tuple[tuple[int, ...], ...]
    bar_seconds: float
    beats: int
    bells: float
    pulse: float
    partials: tuple[float, ...]


_KEYS: dict[Mood, _Key] = {
    # D: Dmaj9, Bm7, Gmaj9, Asus: no chord leans hard on the next, so the circle can turn for an hour.
    "hopeful": _Key(
        50, ((0, 7, 14, 16, 23), (-3, 4, 12, 16, 19), (-7, 5, 12, 14, 21), (-5, 7, 14, 17, 19)), 7.3, 8, 0.42, 0.0,
        (1.0, 0.42, 0.18, 0.09, 0.04),
    ),
    # A minor: Am9, Fmaj7, Cmaj7, Em7.
    "melancholy": _Key(
        45, ((0, 7, 15, 19, 23), (-4, 3, 12, 15, 19), (3, 10, 15, 19, 22), (-5, 7, 14, 17, 22)), 8.3, 8, 0.24, 0.0,
        (1.0, 0.34, 0.12, 0.05),
    ),
    # D with its minor second and tritone, over a low pulse.
    "tense": _Key(
        38, ((0, 12, 15, 19, 25), (1, 13, 17, 20, 24), (0, 12, 15, 18, 23), (-2, 10, 13, 19, 25)), 6.7, 8, 0.10, 0.8,
        (1.0, 0.5, 0.28, 0.14, 0.08, 0.05),
    ),
}  # fmt: skip


class OfflineComposer:
    """Writes a pad with slow chords and sparse bells; the same mood, length and seed give the same bytes."""

    engine = "offline"
    model = "composer"
    version = 2

    def compose(self, mood: str, seconds: float, seed: int, out: Path) -> Made:
        """Write a WAV, stereo 16 bit at 48 kHz, of `round(seconds * 48000)` samples, faded in and out.

        The bars are stretched so that a whole number of them fills the film, and it ends on the first chord.

        Args:
            mood: 'hopeful', 'melancholy' or 'tense'.
            seconds: length, >= 0 and finite.

        Raises:
            EngineFailed: no such mood or length, or the file cannot be written; `out` is worthless then.
        """
        known = {name: name for name in get_args(Mood)}
        if mood not in known:
            raise EngineFailed(f"the composer knows no mood {mood!r}; ask for one of {', '.join(known)}")
        if not 0 <= seconds < math.inf:
            raise EngineFailed(f"a score cannot be {seconds!r} seconds long; ask for 0 or more")
        samples = round(seconds * RATE_HZ)
        with wav_file(out, channels=2, rate_hz=RATE_HZ) as append:
            for block in _score(known[mood], samples, seed):
                append(block)
        return Made(seconds=samples / RATE_HZ)


class _Entry(NamedTuple):
    """Where a sound sets in (a sample), which, and its gain left and right."""

    start: int
    sound: str
    pitch: int
    left: float
    right: float


class _Orchestra:
    """The sounds of one score, each made when first asked for. Not shared between threads."""

    def __init__(self, key: _Key, bar_seconds: float, seed: int) -> None:
        self._key = key
        self._bar_seconds = bar_seconds
        self._seed = seed
        self._made: dict[tuple[str, int], Samples] = {}
        rng = np.random.default_rng([seed, 1])
        fall = np.exp(-6.9 * _time(ROOM_SECONDS) / ROOM_SECONDS) * np.clip(_time(ROOM_SECONDS) / 0.03, 0, 1)
        # Averaging nine neighbours takes the hiss off: a room swallows the highs first.
        room = [np.convolve(rng.standard_normal(fall.size) * fall, np.full(9, 1 / 9), "same") for _ in range(2)]
        self._room = [(0.5 * ear / np.sqrt((ear**2).sum())).astype(np.float32) for ear in room]
        self._room_spectra: dict[int, list[NDArray[np.complexfloating]]] = {}

    def play(self, sound: str, pitch: int) -> Samples:
        """Return a sound in its room, (n, 2); `pitch` is a MIDI note, for 'chord' the number of the chord."""
        if (sound, pitch) not in self._made:
            voices: dict[str, Callable[[int], tuple[Ear, Ear]]]
            voices = {"chord": self._chord, "bell": self._bell, "pulse": self._pulse}
            self._made[sound, pitch] = self._in_room(*voices[sound](pitch))
        return self._made[sound, pitch]

    def _in_room(self, middle: Ear, side: Ear) -> Samples:
        """Add the room's answer, by multiplying spectra, and turn middle and side into left and right."""
        length = middle.size + self._room[0].size
        size = 1 << (length - 1).bit_length()
        if size not in self._room_spectra:
            self._room_spectra[size] = [np.fft.rfft(ear, size) for ear in self._room]
        spectrum = np.fft.rfft(middle, size)
        wet = [np.fft.irfft(spectrum * room, size)[:length] for room in self._room_spectra[size]]
        dry = [np.pad(ear, (0, length - ear.size)) for ear in (middle, side)]
        centre, wide = dry[0] + wet[0], WIDTH * (dry[1] + wet[1])
        return np.stack([centre + wide, centre - wide], axis=1).astype(np.float32)

    def _chord(self, number: int) -> tuple[Ear, Ear]:
        """A chord held for a bar: it swells over the last one's release, and each voice breathes on its own."""
        held = self._bar_seconds + RELEASE_SECONDS
        t = _time(held)
        attack = min(ATTACK_SECONDS, self._bar_seconds / 2)
        swell = _smooth(np.clip(t / attack, 0, 1) * np.clip((held - t) / RELEASE_SECONDS, 0, 1))
        rng = np.random.default_rng([self._seed, 2, number])
        middle, side = np.zeros_like(t), np.zeros_like(t)
        low, *chord = self._key.chords[number]
        for place, step in enumerate([low, *chord]):
            hz = _hz(self._key.root + step)
            breath = swell * (0.8 + 0.2 * np.sin(_turns(t, rng.uniform(0.05, 0.1), rng.random())))
            loud = (0.17 if place == 0 else 0.12) * min(1.0, (180 / hz) ** 0.35)
            for harmonic, share in enumerate(self._key.partials[: 3 if place == 0 else None], start=1):
                # A few cents apart: two strings, not one louder.
                cents = rng.uniform(2, 5) / 1200
                tone = share * loud * breath
                middle += tone * np.sin(_turns(t, hz * harmonic, rng.random()))
                side += tone * np.sin(_turns(t, hz * harmonic * 2**cents, rng.random()))
        return middle.astype(np.float32), side.astype(np.float32)

    def _bell(self, pitch: int) -> tuple[Ear, Ear]:
        """A felt piano's note: a soft stroke, its upper partials gone sooner."""
        t = _time(2.6)
        tone = np.zeros_like(t)
        for harmonic, share in ((1, 1.0), (2, 0.32), (3.01, 0.12), (4.03, 0.06), (6.1, 0.015)):
            tone += share * np.exp(-t * (1.1 + 0.9 * harmonic)) * np.sin(_turns(t, _hz(pitch) * harmonic, 0.0))
        tone *= 0.16 * _smooth(np.clip(t / 0.012, 0, 1)) * np.clip((2.6 - t) / 0.3, 0, 1)
        return tone.astype(np.float32), np.zeros_like(tone, np.float32)

    def _pulse(self, pitch: int) -> tuple[Ear, Ear]:
        """A low heartbeat; its second and third partials let small loudspeakers have it too."""
        t = _time(0.9)
        tone = sum(
            share * np.exp(-t * (4.0 + harmonic)) * np.sin(_turns(t, _hz(pitch) * harmonic, 0.0))
            for harmonic, share in ((1, 1.0), (2, 0.5), (3, 0.2))
        )
        shaped = 0.22 * tone * _smooth(np.clip(t / 0.02, 0, 1)) * np.clip((0.9 - t) / 0.1, 0, 1)
        return shaped.astype(np.float32), np.zeros_like(t, np.float32)


def _score(mood: Mood, samples: int, seed: int) -> Iterator[Samples]:
    """Yield the film's music, (n, 2) blocks that are `samples` long in all."""
    key = _KEYS[mood]
    bars = max(1, round(samples / RATE_HZ / key.bar_seconds))
    bar = max(samples / bars, RATE_HZ)
    orchestra = _Orchestra(key, bar / RATE_HZ, seed)
    waiting = _entries(key, bars, bar, np.random.default_rng([seed, 3]))
    upcoming = next(waiting, None)
    sounding: list[tuple[_Entry, Samples]] = []
    for begin in range(0, samples, BLOCK):
        end = min(begin + BLOCK, samples)
        while upcoming is not None and upcoming.start < end:
            sounding.append((upcoming, orchestra.play(upcoming.sound, upcoming.pitch)))
            upcoming = next(waiting, None)
        sounding = [(entry, sound) for entry, sound in sounding if entry.start + len(sound) > begin]
        block = np.zeros((end - begin, 2), np.float32)
        for entry, sound in sounding:
            first, last = max(entry.start, begin), min(entry.start + len(sound), end)
            gain = np.array([entry.left, entry.right], np.float32)
            block[first - begin : last - begin] += gain * sound[first - entry.start : last - entry.start]
        bent = CEILING * np.tanh(block * np.float32(LOUDNESS / CEILING))
        yield bent * _fades(begin, end, samples)[:, None]


def _entries(key: _Key, bars: int, bar: float, rng: np.random.Generator) -> Iterator[_Entry]:
    """Yield what sets in when, in order: the music grows until two thirds of the film and then lets go."""
    for number in range(bars):
        place = number / max(1, bars - 1)
        fullness = 0.45 + 0.55 * math.sin(math.pi * min(1.0, place / 0.66) / 2) - 0.4 * max(0.0, place - 0.66)
        closing = number == bars - 1
        chord = 0 if closing else number % len(key.chords)
        yield _Entry(round(number * bar), "chord", chord, 1.0, 1.0)
        for beat in range(key.beats):
            start = round((number + beat / key.beats) * bar + max(0.0, rng.normal(0.012, 0.006)) * RATE_HZ)
            strike, step, force, pan = (
                rng.random(),
                int(rng.integers(1, 5)),
                rng.uniform(0.55, 1.0),
                rng.uniform(-0.35, 0.35),
            )
            if beat % 2 == 0 and key.pulse and not (closing and beat):
                loud = key.pulse * fullness * (1.0 if beat % 4 == 0 else 0.6)
                yield _Entry(start, "pulse", key.root + key.chords[chord][0] - 12 * (key.root > 40), loud, loud)
            if strike < key.bells * fullness and not (closing and beat > 2):
                pitch = key.root + 12 + key.chords[chord][step] + (12 if key.root < 40 else 0)
                yield _Entry(start, "bell", pitch, force * (1 - pan), force * (1 + pan))


def _fades(begin: int, end: int, samples: int) -> Ear:
    """Gain of the samples `[begin, end)` of a film of `samples`: 0 at both ends."""
    here = np.arange(begin, end, dtype=np.float64)
    fade_in = max(1.0, min(FADE_IN_SECONDS * RATE_HZ, samples / 6))
    fade_out = max(1.0, min(FADE_OUT_SECONDS * RATE_HZ, samples / 4))
    return _smooth(np.clip(here / fade_in, 0, 1) * np.clip((samples - 1 - here) / fade_out, 0, 1)).astype(np.float32)


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE_HZ), dtype=np.float64) / RATE_HZ


def _turns(t: NDArray[np.float64], hz: float, phase: float) -> Ear:
    """Angles in radians, wrapped before they become float32, which cannot count high turns finely."""
    turns = t * hz + phase
    return ((turns - np.floor(turns)) * (2 * np.pi)).astype(np.float32)


def _hz(pitch: int) -> float:
    """Equal temperament from A4 = 440 Hz, MIDI note 69."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def _smooth(ramp: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smoothstep: 0 to 1 without a corner at either end."""
    return ramp * ramp * (3 - 2 * ramp)
