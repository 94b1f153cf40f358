"""The composer's sounds: pads that loop without a seam, struck notes, and the reverberation of a room.

Pads are made by the padsynth algorithm (Paul Nasca, ZynAddSubFX: one inverse Fourier transform of bell-shaped bands
with random phases), so a chord of any length costs two transforms. `composer.py` decides what is played when.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blocks.offline.music.mood_music import HOME, MOOD_MUSIC
from studio.audio.wav import Samples
from studio.model.film import Mood

RATE_HZ = 48_000
LOOP = 1 << 18
"""Samples after which a pad repeats, without a seam: 5.5 s."""
BLOCK = 1 << 17
"""Samples written at a time: 2.7 s, 1 MB."""
ROOM_SECONDS = 2.6
"""Length of the room's impulse response, after which it has fallen by 60 dB (e^-6.9: the reverberation time)."""
WIDTH = 0.45
"""Gain of the side signal against the middle. Left and right are middle plus and minus side, so mono is the middle and
never cancels: it is 10 lg(1 + 0.45^2) = 0.8 dB below stereo."""
PAD_LUFS = -19.0
"""Loudness of every chord before the trim of its mood; the mix changes it anyway."""
CORE = 0.7
"""Share of a partial's power that is one steady tone: with noise bands alone, low notes would swell and fade."""
PARTIALS_UP_TO_HZ = 6_000.0
HELD_PADS, HELD_NOTES = 12, 60
"""Most pads and notes kept in memory: 25 MB and at most 30 MB, however long the film."""

_MOODS = tuple(MOOD_MUSIC)


class Orchestra:
    """The sounds of one score, each made when it is first asked for. Only one thread may use it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.home = HOME + int(np.random.default_rng([seed, 1]).integers(-3, 3))
        """MIDI note of the film's home tone: from three semitones below D to two above."""
        self._pads: OrderedDict[tuple[Mood, int], Samples] = OrderedDict()
        self._notes: OrderedDict[tuple[str, int], Samples] = OrderedDict()

    def pad(self, mood: Mood, number: int) -> Samples:
        """Return a chord of a mood as a loop, (LOOP, 2) float32; all chords of a mood are equally loud."""
        key = mood, number
        if key not in self._pads:
            self._pads[key] = self._make_pad(mood, number)
        self._pads.move_to_end(key)
        while len(self._pads) > HELD_PADS:
            self._pads.popitem(last=False)
        return self._pads[key]

    def note(self, sound: str, pitch: int) -> Samples:
        """Return a struck note, (n,) float32.

        Args:
            sound: 'bell', 'pluck' or 'pulse'.
            pitch: MIDI note.
        """
        key = sound, pitch
        if key not in self._notes:
            self._notes[key] = _STRUCK[sound](_hz(pitch))
        self._notes.move_to_end(key)
        while len(self._notes) > HELD_NOTES:
            self._notes.popitem(last=False)
        return self._notes[key]

    def _make_pad(self, mood: Mood, number: int) -> Samples:
        music = MOOD_MUSIC[mood]
        bins = LOOP // 2 + 1
        hz_a_bin = RATE_HZ / LOOP
        power = np.zeros(bins)
        for place, step in enumerate(music.chords[number]):
            root = _hz(self.home + step)
            loud = (1.3 if place == 0 else 1.0) * min(1.0, (180 / root) ** 0.35)
            for partial in range(1, int(PARTIALS_UP_TO_HZ / root) + 1):
                height = (loud * partial**-music.dark) ** 2
                centre = root * partial / hz_a_bin
                width = max(0.7, centre * (2 ** (music.spread_cents / 1200) - 1) / 2)
                near = np.arange(max(1, int(centre - 4 * width)), min(bins, int(centre + 4 * width) + 2))
                bell = np.exp(-0.5 * ((near - centre) / width) ** 2)
                power[near] += height * (1 - CORE) * bell / bell.sum()
                power[round(centre)] += height * CORE
        rng = np.random.default_rng([self._seed, 2, _MOODS.index(mood), number])
        heights = np.sqrt(power)
        middle, side = (np.fft.irfft(heights * np.exp(2j * np.pi * rng.random(bins)), LOOP) for _ in range(2))
        # By Parseval's theorem a loop's weighted power is the sum over its bins; left and right are twice both sums.
        heard = 4 * (1 + WIDTH**2) * float((power * _k_weight(np.fft.rfftfreq(LOOP, 1 / RATE_HZ))).sum()) / LOOP**2
        gain = 10 ** ((PAD_LUFS + music.trim_db + 0.691) / 20) / np.sqrt(heard)
        pad: Samples = (gain * np.stack([middle + WIDTH * side, middle - WIDTH * side], axis=1)).astype(np.float32)
        return pad


class Room:
    """The reverberation of a hall, added to struck notes block by block by multiplying spectra."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 4])
        t = _time(ROOM_SECONDS)
        fall = np.exp(-6.9 * t / ROOM_SECONDS) * np.clip(t / 0.03, 0, 1)
        # Averaging nine neighbours removes the hiss: a room absorbs high frequencies first.
        answers = [np.convolve(rng.standard_normal(fall.size) * fall, np.full(9, 1 / 9), "same") for _ in range(2)]
        self._spectra = [np.fft.rfft(0.5 * answer / np.sqrt((answer**2).sum()), LOOP) for answer in answers]
        self._tail = np.zeros((2, LOOP))

    def reverberate(self, struck: NDArray[np.floating]) -> Samples:
        """Return the reverberation, (n, 2) float32, to add to the next struck samples, (n,) with n <= BLOCK."""
        # BLOCK and the impulse response together fit into LOOP, so nothing wraps around.
        spectrum = np.fft.rfft(struck, LOOP)
        for tail, room in zip(self._tail, self._spectra, strict=True):
            tail += np.fft.irfft(spectrum * room, LOOP)
        n = len(struck)
        middle, side = self._tail[0, :n], WIDTH * self._tail[1, :n]
        wet = np.stack([middle + side, middle - side], axis=1).astype(np.float32)
        self._tail = np.concatenate([self._tail[:, n:], np.zeros((2, n))], axis=1)
        return wet


def smooth(ramp: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the smoothstep of a ramp, 0 to 1 without a corner at either end; input outside 0 to 1 is clipped."""
    ramp = np.clip(ramp, 0, 1)
    return ramp * ramp * (3 - 2 * ramp)


def _bell(hz: float) -> Samples:
    """Return the note of a felt piano: a soft attack, with upper partials that decay sooner."""
    t = _time(2.6)
    tone = np.zeros_like(t)
    for harmonic, share in ((1, 1.0), (2, 0.32), (3.01, 0.12), (4.03, 0.06), (6.1, 0.015)):
        tone += share * np.exp(-t * (1.1 + 0.9 * harmonic)) * np.sin(2 * np.pi * hz * harmonic * t)
    return (0.075 * tone * smooth(t / 0.012) * np.clip((2.6 - t) / 0.3, 0, 1)).astype(np.float32)


def _pluck(hz: float) -> Samples:
    """Return the note of a softly plucked string."""
    t = _time(0.8)
    tone = np.zeros_like(t)
    for harmonic, share in ((1, 1.0), (2, 0.45), (3, 0.22), (4, 0.1)):
        tone += share * np.exp(-t * (4.0 + 3.0 * harmonic)) * np.sin(2 * np.pi * hz * harmonic * t)
    return (0.085 * tone * smooth(t / 0.006) * np.clip((0.8 - t) / 0.1, 0, 1)).astype(np.float32)


def _pulse(hz: float) -> Samples:
    """Return a low heartbeat; its second and third partials make it audible on small loudspeakers too."""
    t = _time(0.9)
    tone = np.zeros_like(t)
    for harmonic, share in ((1, 1.0), (2, 0.5), (3, 0.2)):
        tone += share * np.exp(-t * (4.0 + harmonic)) * np.sin(2 * np.pi * hz * harmonic * t)
    return (0.14 * tone * smooth(t / 0.02) * np.clip((0.9 - t) / 0.1, 0, 1)).astype(np.float32)


_STRUCK: dict[str, Callable[[float], Samples]] = {"bell": _bell, "pluck": _pluck, "pulse": _pulse}


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE_HZ), dtype=np.float64) / RATE_HZ


def _hz(pitch: int) -> float:
    """Return the frequency of a MIDI note: equal temperament, A4 = 440 Hz = note 69."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def _k_weight(hz: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the power response of BS.1770's K-weighting: its two filters (ITU-R BS.1770-4, tables 1 and 2, 48 kHz)."""
    z = np.exp(-2j * np.pi * hz / RATE_HZ)
    shelf = np.polyval([1.19839281085285, -2.69169618940638, 1.53512485958697], z) / np.polyval(
        [0.73248077421585, -1.69065929318241, 1.0], z
    )
    high_pass = np.polyval([1.0, -2.0, 1.0], z) / np.polyval([0.99007225036621, -1.99004745483398, 1.0], z)
    weight: NDArray[np.float64] = np.abs(shelf * high_pass) ** 2
    return weight
