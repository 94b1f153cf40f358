"""Make a person's own sounds fit for a film: a recorded line, a piece of music, a clip's own sound."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from studio.audio import loudness
from studio.audio.foreign_sound import Layout, sound_blocks
from studio.audio.loudness import HOP, gain_between, limiting, loud_power, peaks_of, powers_of
from studio.audio.silent_narrator import RATE_HZ as LINE_RATE_HZ
from studio.audio.wav import Samples, wav_file
from studio.media.opening import unusable
from studio.model.receipt import PieceMeasures

RATE_HZ = loudness.RATE_HZ
LINE_SECONDS = 3600.0
"""The longest line: the longest film."""
SPEECH_RMS_DB = -23.0
"""Level of the spoken parts of a line in dBFS: that of the offline voice."""
SPOKEN_DB = -26.0
"""Parts of a line that are quieter than this, relative to its loudest, are not speech."""
LINE_PEAK_DB = -1.0
LEAD_SECONDS, TAIL_SECONDS = 0.10, 0.20
"""The rest that is left before and after speech."""
_RUMBLE_HZ = 65.0
"""What is lower is no voice: a direct current, steps, wind, mains hum of 50 Hz."""
_BUTTERWORTH = (0.5412, 1.3066)
"""The quality factors of two filters that together are one of the fourth order: 1 / (2 cos(pi k / 8)), k 1 and 3."""
_BLOCK = 1 << 16
_LEVEL_SECONDS = 0.05
_STEP_SECONDS = 0.01
_LEAST_SPEECH_STEPS = 4
"""A sound of less than 40 ms at an end of a recording is a click of a mouse, and no speech."""
_SILENT = 1e-4
"""A recording whose loudest parts are below this (-80 dBFS) is silent."""
_EDGE_SECONDS = 0.005
_CLICK_SECONDS, _CLICK_TIMES, _CLICK_LEAST = 0.05, 25.0, 0.04
"""A click differs from its neighbours by 25 times what samples within 50 ms do, and by 4 % of full scale."""
_ALONE_SECONDS, _CLICK_SAMPLES = 0.02, 3
"""It has at most three samples, and none beside it within 20 ms."""

FADE_IN_SECONDS, FADE_OUT_SECONDS = 0.25, 3.0
CROSS_SECONDS = 2.0
"""Fades of music: at the film's beginning and end, and where a piece that is too short begins again."""
LEAST_MUSIC_SECONDS = 0.5
_KEPT_SECONDS = 60.0
"""A piece that is no longer than this, 23 MB, is read once and kept while it repeats."""
_AUDIBLE_DB = -50.0
"""Ends of a piece of music that are quieter than this, relative to its loudest part, are left out where it repeats."""
_LOOPED_PEAK = 0.7
"""Two parts of equal power add to at most 1.41."""


def conform_line(
    source: Path, out: Path, first_seconds: float = 0.0, last_seconds: float | None = None
) -> PieceMeasures:
    """Write a recorded line as the narration's are: mono, 16 bit, 24 kHz, as loud as the offline voice.

    Silence at both ends is trimmed to a short rest; clicks, direct current and rumble are taken out. Of channels that
    cancel each other the left one is taken.

    Args:
        first_seconds, last_seconds: the part of the file that is the line; None is its end.

    Raises:
        BadInput: the file cannot be used, is silent, or is longer than the longest film.
        EngineFailed, DiskFull: it cannot be written. After any error, ignore whatever is at `out`.
    """
    sound = _clean_line(source, "mono", first_seconds, last_seconds)
    spoken = _speech(sound)
    if spoken is None:
        # Of opposite phase, left and right cancel each other.
        sound = _clean_line(source, "stereo", first_seconds, last_seconds)
        spoken = _speech(sound)
    if spoken is None:
        raise unusable(source, "is silent", "record the line again, nearer to the microphone")
    first = max(0, spoken[0] - round(LEAD_SECONDS * LINE_RATE_HZ))
    sound = sound[first : spoken[1] + round(TAIL_SECONDS * LINE_RATE_HZ)]
    sound = _edges_faded(_levelled(sound))
    with wav_file(out, channels=1, rate_hz=LINE_RATE_HZ) as append:
        append(sound)
    return PieceMeasures(seconds=len(sound) / LINE_RATE_HZ)


def _clean_line(source: Path, layout: Layout, first_seconds: float, last_seconds: float | None) -> Samples:
    """Return a recording, of stereo the left channel, without clicks, direct current and rumble."""
    sound = _read_line(source, layout, first_seconds, last_seconds)
    sound = _without_rumble(sound - np.float32(sound.mean() if sound.size else 0.0))
    return _without_clicks(sound)


def _read_line(source: Path, layout: Layout, first_seconds: float, last_seconds: float | None) -> Samples:
    blocks, samples = [], 0
    for block in sound_blocks(source, LINE_RATE_HZ, layout, first_seconds, last_seconds):
        blocks.append(block[:, 0])
        samples += len(block)
        if samples > LINE_SECONDS * LINE_RATE_HZ:
            raise unusable(source, f"lasts more than {LINE_SECONDS:.0f} s", "cut out the line")
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _without_rumble(sound: Samples) -> Samples:
    """Return the sound without what is below `_RUMBLE_HZ`, by a filter of the fourth order."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=LINE_RATE_HZ, format="flt", layout="mono")
    low = [graph.add("highpass", f"f={_RUMBLE_HZ}:p=2:t=q:w={width}") for width in _BUTTERWORTH]
    sink = graph.add("abuffersink")
    for one, two in itertools.pairwise([source, *low, sink]):
        one.link_to(two)
    graph.configure()
    clean: list[Samples] = []
    for at in range(0, len(sound) + _BLOCK, _BLOCK):
        block = sound[at : at + _BLOCK]
        if len(block):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block[None]), format="flt", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = LINE_RATE_HZ, Fraction(1, LINE_RATE_HZ), at
            source.push(frame)
        else:
            source.push(None)
        with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
            while True:
                pulled = sink.pull()
                assert isinstance(pulled, av.AudioFrame)
                clean.append(pulled.to_ndarray()[0].astype(np.float32))
        if not len(block):
            break
    return np.concatenate(clean) if clean else sound


def _without_clicks(sound: Samples) -> Samples:
    """Return the sound without clicks: samples far from the median of their neighbours, as nothing around them is."""
    if len(sound) < 16:
        return sound
    middle = _middles(sound)
    off = np.abs(sound - middle)
    block = round(_CLICK_SECONDS * LINE_RATE_HZ)
    usual = np.median(np.pad(off, (0, -len(off) % block), mode="edge").reshape(-1, block), axis=1)
    usual = np.maximum(usual, np.maximum(np.append(usual[1:], usual[-1]), np.append(usual[:1], usual[:-1])))
    least = np.maximum(_CLICK_TIMES * np.repeat(usual, block)[: len(off)], _CLICK_LEAST)
    loud = np.flatnonzero(off > least)
    # A click stands alone; a sharp consonant or the beat of vocal folds does not.
    reach = round(_ALONE_SECONDS * LINE_RATE_HZ)
    around = np.searchsorted(loud, loud + reach, "right") - np.searchsorted(loud, loud - reach)
    clicks = loud[around <= _CLICK_SAMPLES]
    clean = sound.copy()
    clean[clicks] = middle[clicks]
    return clean


def _middles(sound: Samples) -> Samples:
    """Return the median of each sample and the three on each side of it."""
    near = np.lib.stride_tricks.sliding_window_view(np.pad(sound, 3, mode="edge"), 7)
    middle = np.empty_like(sound)
    # A median copies what it is of, here seven times the sound.
    for at in range(0, len(sound), _BLOCK):
        middle[at : at + _BLOCK] = np.median(near[at : at + _BLOCK], axis=1)
    return middle


def _speech(sound: Samples) -> tuple[int, int] | None:
    """Return the first and the last sample of what is spoken; None if nothing is."""
    power = powers_of(sound, round(_STEP_SECONDS * LINE_RATE_HZ))
    if not power.size or power.max() < _SILENT**2:
        return None
    # Well below speech, but above the noise of the room that is there between the words.
    loud, noise = loud_power(power), float(np.percentile(power, 5))
    least = max(loud * 10 ** (-34 / 10), min(noise * 4, loud * 10 ** (-12 / 10)), _SILENT**2)
    spoken = np.flatnonzero(_long_runs(power > least, _LEAST_SPEECH_STEPS))
    if not spoken.size:
        return None
    step = round(_STEP_SECONDS * LINE_RATE_HZ)
    return int(spoken[0]) * step, (int(spoken[-1]) + 1) * step


def _long_runs(holds: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Return where a condition holds for at least so many steps in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(np.int8))).reshape(-1, 2)
    kept = np.zeros_like(holds)
    for start, end in edges:
        kept[start:end] = end - start >= least
    return kept


def _levelled(sound: Samples) -> Samples:
    """Return the sound with its spoken parts at `SPEECH_RMS_DB`, and its peaks limited."""
    power = powers_of(sound, round(_LEVEL_SECONDS * LINE_RATE_HZ))
    spoken = power[power > power.max() * 10 ** (SPOKEN_DB / 10)]
    gain = np.float32(10 ** (SPEECH_RMS_DB / 20) / np.sqrt(spoken.mean()))
    loud = sound * gain
    limit = limiting(peaks_of(loud[:, None]), 10 ** (LINE_PEAK_DB / 20))
    for at in range(0, len(loud), _BLOCK):
        part = loud[at : at + _BLOCK]
        part *= gain_between(limit, at, at + len(part), HOP)
    return loud


def _edges_faded(sound: Samples) -> Samples:
    edge = min(round(_EDGE_SECONDS * LINE_RATE_HZ), len(sound) // 2)
    rise = ((np.arange(edge) + 0.5) / max(1, edge)).astype(np.float32)
    faded = sound.copy()
    faded[:edge] *= rise
    faded[len(faded) - edge :] *= rise[::-1]
    return faded


def conform_music(
    source: Path, seconds: float, out: Path, first_seconds: float = 0.0, last_seconds: float | None = None
) -> PieceMeasures:
    """Write a piece of music exactly as long as the film, as the score is: stereo, 16 bit, 48 kHz.

    What is longer ends in a fade of 3 s. What is shorter begins again, with a crossfade of equal power of 2 s from its
    audible end to its audible beginning, as often as it takes. Nothing clips.

    Args:
        seconds: the film's length, > 0.
        first_seconds, last_seconds: the part of the file that is heard; None is its end.

    Raises:
        BadInput: the file cannot be used, is silent, or shorter than half a second.
        EngineFailed, DiskFull: it cannot be written. After any error, ignore whatever is at `out`.
    """
    total = round(seconds * RATE_HZ)

    def read() -> Iterator[Samples]:
        return sound_blocks(source, RATE_HZ, "stereo", first_seconds, last_seconds)

    first, last, length, peak = _extent(read(), total, source)
    looped = length < total
    if looped and (last - first) / RATE_HZ < LEAST_MUSIC_SECONDS:
        raise unusable(
            source,
            f"holds {(last - first) / RATE_HZ:.1f} s of sound",
            f"give music of at least {LEAST_MUSIC_SECONDS} s",
        )
    gain = np.float32(min(1.0, (_LOOPED_PEAK if looped else 1.0) / max(peak, 1e-9)))
    blocks = _looped(read, first, last) if looped else read()
    fade_in = min(round(FADE_IN_SECONDS * RATE_HZ), total // 4)
    fade_out = min(round(FADE_OUT_SECONDS * RATE_HZ), total // 2)
    at = 0
    with wav_file(out, channels=2, rate_hz=RATE_HZ) as append:
        for block in blocks:
            part = block[: total - at]
            places = np.arange(at, at + len(part)) + 0.5
            rise = np.clip(places / max(1, fade_in), 0, 1) * np.clip((total - places) / max(1, fade_out), 0, 1)
            # A fade is heard as even if its power falls as a sine does.
            append(part * gain * np.sin(rise * np.pi / 2)[:, None].astype(np.float32))
            at += len(part)
            if at == total:
                break
    return PieceMeasures(seconds=at / RATE_HZ)


def _extent(blocks: Iterator[Samples], most: int, source: Path) -> tuple[int, int, int, float]:
    """Return the first and the last audible sample, the number of samples (at most `most`), and the highest one.

    Raises:
        BadInput: all of it is silent; `source` is the file that is then named.
    """
    step = RATE_HZ // 100
    powers, rest, samples, peak = [], np.zeros((0, 2), np.float32), 0, 0.0
    for block in blocks:
        samples += len(block)
        peak = max(peak, float(np.abs(block).max(initial=0.0)))
        joined = np.concatenate([rest, block])
        whole = len(joined) // step * step
        powers.append((joined[:whole].astype(np.float64) ** 2).reshape(-1, step * 2).mean(axis=1))
        rest = joined[whole:]
        if samples >= most:
            break
    if len(rest):
        powers.append((rest.astype(np.float64) ** 2).mean(keepdims=True).reshape(1))
    power = np.concatenate(powers) if powers else np.zeros(0)
    if not power.size or power.max() < _SILENT**2:
        raise unusable(source, "is silent", "give another piece of music")
    audible = np.flatnonzero(power > power.max() * 10 ** (_AUDIBLE_DB / 10))
    return int(audible[0]) * step, min(samples, (int(audible[-1]) + 1) * step), min(samples, most), peak


def _looped(read: Callable[[], Iterator[Samples]], first: int, last: int) -> Iterator[Samples]:
    """Yield samples `[first, last)` of a sound again and again, each time crossfaded into the next; never ends."""
    cross = min(round(CROSS_SECONDS * RATE_HZ), (last - first) // 3)
    angle = (np.arange(cross) + 0.5) / cross * np.pi / 2
    rise, fall = (wave(angle).astype(np.float32)[:, None] for wave in (np.sin, np.cos))
    tail: Samples | None = None
    # To reach a part again, all that is before it may have to be read.
    kept = list(_between(read(), first, last)) if last - first <= _KEPT_SECONDS * RATE_HZ else None
    while True:
        begun = samples = 0
        waiting: list[Samples] = []
        for block in _between(read(), first, last) if kept is None else kept:
            if tail is not None and begun < cross:
                here = min(cross - begun, len(block))
                block = block.copy()
                block[:here] = block[:here] * rise[begun : begun + here] + tail[begun : begun + here]
            begun += len(block)
            waiting.append(block)
            samples += len(block)
            # Joined a second at a time: what may be the end is copied each time.
            if samples > cross + RATE_HZ:
                joined = np.concatenate(waiting)
                yield joined[:-cross]
                waiting, samples = [joined[-cross:]], cross
        joined = np.concatenate(waiting)
        yield joined[:-cross]
        tail = joined[-cross:] * fall


def _between(blocks: Iterator[Samples], first: int, last: int) -> Iterator[Samples]:
    at = 0
    for block in blocks:
        part = block[max(0, first - at) : max(0, last - at)]
        at += len(block)
        if len(part):
            yield part
        if at >= last:
            return


def sound_of(source: Path, first_seconds: float, last_seconds: float, out: Path) -> PieceMeasures:
    """Write a part of a clip's own sound: stereo, 16 bit, 48 kHz, beginning at the same moment as its picture.

    It is exactly so long, with silence where the clip has no sound. What has more than two channels is mixed down with
    headroom, so that it does not clip.

    Raises:
        BadInput: the file cannot be used, or has no sound.
        EngineFailed, DiskFull: it cannot be written. After any error, ignore whatever is at `out`.
    """
    if not 0 <= first_seconds < last_seconds:
        raise unusable(source, f"has no part from {first_seconds} s to {last_seconds} s", "give the later one last")
    at = 0
    with wav_file(out, channels=2, rate_hz=RATE_HZ) as append:
        for block in sound_blocks(source, RATE_HZ, "stereo", first_seconds, last_seconds, headroom=True):
            append(block)
            at += len(block)
        missing = max(0, round((last_seconds - first_seconds) * RATE_HZ) - at)
        append(np.zeros((missing, 2), np.float32))
        at += missing
    return PieceMeasures(seconds=at / RATE_HZ)
