"""Mix the film's soundtrack: lines over score and clips' own sounds, both ducked, brought to a standard loudness.

Sound is read, mixed, measured and written in blocks of two seconds, several times over, because loudness
is a property of the whole; between the passes only a few numbers for each 10 ms are kept. Voices and music
are made elsewhere, and the sound is encoded to AAC when the film is cut.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from studio.audio.loudness import HOP, RATE_HZ, SILENT_LUFS, Loudness, Meter, gain_between, limiting, peaks_of
from studio.audio.wav import Samples, wav_file
from studio.errors import EngineFailed
from studio.fs.safe_open import at_hand
from studio.model.receipt import PieceMeasures

TARGET_LUFS = -14.0
"""Loudness of the film: what YouTube, Spotify and most of the web play at
(support.spotify.com/artists/article/loudness-normalization)."""
TRUE_PEAK_DB = -1.0
"""Largest true peak in dBTP: EBU R128, section on maximum permitted true-peak level; leaves room for AAC."""
SAMPLE_PEAK_DB = -1.5
"""The limiter's ceiling at first: half a decibel below the true peak, for peaks between samples; lowered if that was
too little."""
NEAR_DB = 0.3
MOST_GAIN_DB = 30.0
"""Highest gain: more would raise the noise rather than the sound."""
ROUNDS = 4
"""How often the mix is written at most; once is enough unless the limiter has much to do."""

BED_DB = 7.0
"""How much quieter than the voice the music is while nobody speaks."""
DUCK_DB = 13.0
"""How much further it is lowered while someone speaks: 20 dB in all, as WCAG 2.2 (success criterion 1.4.7) requires for
speech over a background; listening tests found that commentary over music needs at least 10 LU (Torcoli et al., Journal
of the AES 67/12, 2019)."""
TICK = RATE_HZ // 100
"""Samples between two points of the ducking: 10 ms."""
TURN_TICKS, HOLD_TICKS = 25, 50
"""Half the length of a fade, and the wait after the last sound, in ticks. The music is lowered within 0.5 s, before the
first sound; after the last it waits 0.5 s and rises within another 0.5 s, so that pauses of up to 1 s do not pump.
Audacity's Auto Duck has the same times (fades of 0.5 s, maximum pause of 1 s;
manual.audacityteam.org/man/auto_duck.html), with linear fades; these are smooth."""
SPEECH_DB = -30.0
"""A tick counts as speech above this level, relative to the loudest; breath and noise of recorded voices are below."""

CLIP_FADE = RATE_HZ // 20
"""Samples over which a clip's own sound begins and ends: 50 ms, so that a cut does not click."""
MOST_CLIP_GAIN_DB = 20.0
"""How much clips' own sounds are raised at most: what is quieter than that is noise, of a clip of a still room."""

TONE_DB = -66.0
"""Level of the room tone in dBFS (rms of a channel) under the whole film: without it pauses sound dead. A recording's
noise may be -60 (ACX Audio Submission Requirements); the voice is about 50 dB above this."""
TONE_SAMPLES = 1 << 19
"""Samples after which the room tone begins again, without a seam: 11 s."""

BLOCK = RATE_HZ * 2  # a whole number of hops and of ticks

QUICK_OPENING = {"max_probe_packets": "1"}
"""Options to open a WAV as what its header says: otherwise ffmpeg looks for DTS hidden in its first 2500 packets, which
takes 45 ms a file instead of 1 (measured), and every file is opened four times."""

PlacedLine = tuple[Path, float]


class _Plan(NamedTuple):
    """How music and clips' sounds are mixed in: the gain of each as a whole, and their ducking in dB for every tick."""

    music: float
    ducking: NDArray[np.float32]
    clips: float = 1.0


class _Sounds(NamedTuple):
    """All that is mixed."""

    lines: Sequence[_Placed]
    score: Path | None
    clips: Sequence[_PlacedClip]


def mix(
    lines: Sequence[PlacedLine],
    score: Path | None,
    frames: int,
    fps: int,
    out: Path,
    clip_sounds: Sequence[PlacedLine] = (),
) -> PieceMeasures:
    """Write the soundtrack: a WAV, stereo 16 bit at 48 kHz, of exactly `round(frames / fps * 48000)` samples.

    One gain and a limiter bring it to -14 LUFS within 1, with true peaks below -1 dBTP. What a gain of 30 dB cannot
    raise to that loudness (a lone click) stays below it. Where there is neither voice nor music there is room tone.

    Args:
        lines: narration as (file, seconds from the start of the film to its first sample, >= 0). Files may have any
            rate and channels; one without samples is silence. What goes beyond the film's end is cut off.
        score: the music, from the film's first sample on, or None.
        frames: length of the film in frames, > 0.
        fps: frames per second.
        out: where to write; its name may have any ending.
        clip_sounds: sounds that belong to the picture, placed as lines are. They are as loud as music would be, but
            raised by 20 dB at most, lowered while someone speaks, and faded at both ends.

    Raises:
        EngineFailed: a file cannot be read, one begins outside the film, or `out` cannot be written.
        DiskFull: no room is left. After either, ignore whatever is at `out`.
    """
    samples = (frames * RATE_HZ * 2 + fps) // (2 * fps)
    sounds = _Sounds(
        [_placed(line, samples) for line in lines], score, [_placed_clip(sound, samples) for sound in clip_sounds]
    )
    plan = _survey(sounds, samples)
    level, peaks = _listen(sounds, plan, samples)
    gain_db = 0.0 if level.lufs <= SILENT_LUFS else min(TARGET_LUFS - level.lufs, MOST_GAIN_DB)
    ceiling_db = SAMPLE_PEAK_DB
    for _ in range(ROUNDS):
        gain = 10 ** (gain_db / 20)
        limit = limiting(peaks * np.float32(gain), 10 ** (ceiling_db / 20))
        written = _write(_mixed(sounds, plan, samples), gain, limit, out)
        off_db, over_db = TARGET_LUFS - written.lufs, written.peak_db - TRUE_PEAK_DB
        quieter_than_can_be = level.lufs <= SILENT_LUFS or (gain_db >= MOST_GAIN_DB and off_db > 0)
        if over_db < 0 and (abs(off_db) <= NEAR_DB or quieter_than_can_be):
            break
        if not quieter_than_can_be:
            gain_db = min(gain_db + off_db, MOST_GAIN_DB)
        if over_db >= 0:
            ceiling_db -= over_db + 0.1
    return PieceMeasures(frames=frames, seconds=frames / fps)


class _Placed(NamedTuple):
    """A line and the sample of the film at which it begins."""

    path: Path
    start: int


class _PlacedClip(NamedTuple):
    """A clip's sound, the sample of the film at which it begins, and that before which it ends."""

    path: Path
    start: int
    end: int


class _Reel:
    """A sound file of any kind, read forward at 48 kHz; beyond its end it is silent."""

    def __init__(self, path: Path, layout: Literal["mono", "stereo"]) -> None:
        self._path = path
        self._chunks = self._read(layout)
        self._rest = np.zeros((1 if layout == "mono" else 2, 0), np.float32)
        self._beyond = 0
        self.ended = False

    def take(self, samples: int) -> Samples:
        """Return the next samples, (channels, samples) float32."""
        parts, have = [self._rest], self._rest.shape[1]
        while have < samples and not self.ended:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
                self._beyond = samples - have
                parts.append(np.zeros((len(self._rest), self._beyond), np.float32))
            else:
                parts.append(chunk)
                have += chunk.shape[1]
        joined = np.concatenate(parts, axis=1)
        self._rest = joined[:, samples:]
        taken = joined[:, :samples]
        return np.pad(taken, ((0, 0), (0, samples - taken.shape[1])))

    def left(self, samples: int) -> int:
        """Read on by at most so many samples, and return by how many that was."""
        taken = self.take(samples)
        return int(taken.shape[1]) - (self._beyond if self.ended else 0)

    def close(self) -> None:
        """Close the file."""
        self._chunks.close()

    def _read(self, layout: str) -> Generator[Samples, None, None]:
        try:
            with av.open(str(at_hand(self._path)), options=QUICK_OPENING) as container:
                if not container.streams.audio:
                    raise EngineFailed(f"{self._path.name!r} holds no sound; make it again")
                resampler = av.AudioResampler(format="fltp", layout=layout, rate=RATE_HZ)
                for frame in container.decode(audio=0):
                    yield from (part.to_ndarray().astype(np.float32, copy=False) for part in resampler.resample(frame))
                yield from (part.to_ndarray().astype(np.float32, copy=False) for part in resampler.resample(None))
        except av.error.FFmpegError as error:
            raise EngineFailed(f"could not read the sound {self._path.name!r}: {error.strerror}") from error


def _placed(line: PlacedLine, samples: int, what: str = "line") -> _Placed:
    path, seconds = line
    start = round(seconds * RATE_HZ) if math.isfinite(seconds) else -1
    if not 0 <= start < samples:
        raise EngineFailed(f"the {what} {path.name!r} begins at {seconds!r} s, outside the film; plan its times again")
    return _Placed(path, start)


def _placed_clip(sound: PlacedLine, samples: int) -> _PlacedClip:
    path, start = _placed(sound, samples, "sound")
    reel, end = _Reel(path, "stereo"), start
    try:
        while end < samples and not reel.ended:
            end += reel.left(BLOCK)
    finally:
        reel.close()
    return _PlacedClip(path, start, min(end, samples))


def _blocks(samples: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(begin + BLOCK, samples)) for begin in range(0, samples, BLOCK))


def _voices(placed: Sequence[_Placed], samples: int) -> Iterator[Samples]:
    """Yield the film's narration, (n,) for each block; lines that overlap are added."""
    waiting = sorted(placed, key=lambda line: line.start, reverse=True)
    speaking: list[tuple[int, _Reel]] = []
    try:
        for begin, end in _blocks(samples):
            block = np.zeros(end - begin, np.float32)
            while waiting and waiting[-1].start < end:
                line = waiting.pop()
                speaking.append((line.start, _Reel(line.path, "mono")))
            for start, reel in speaking:
                first = max(start, begin)
                block[first - begin :] += reel.take(end - first)[0]
            for _, reel in speaking:
                if reel.ended:
                    reel.close()
            speaking = [(start, reel) for start, reel in speaking if not reel.ended]
            yield block
    finally:
        for _, reel in speaking:
            reel.close()


def _music(score: Path | None, samples: int) -> Iterator[Samples]:
    """Yield the score, (n, 2) for each block; silence if there is none."""
    reel = _Reel(score, "stereo") if score is not None else None
    try:
        for begin, end in _blocks(samples):
            yield reel.take(end - begin).T if reel else np.zeros((end - begin, 2), np.float32)
    finally:
        if reel:
            reel.close()


def _clips(placed: Sequence[_PlacedClip], samples: int) -> Iterator[Samples]:
    """Yield the clips' own sounds, (n, 2) for each block, each faded at both ends."""
    waiting = sorted(placed, key=lambda clip: clip.start, reverse=True)
    sounding: list[tuple[_PlacedClip, _Reel]] = []
    try:
        for begin, end in _blocks(samples):
            block = np.zeros((end - begin, 2), np.float32)
            while waiting and waiting[-1].start < end:
                clip = waiting.pop()
                sounding.append((clip, _Reel(clip.path, "stereo")))
            for clip, reel in sounding:
                first, last = max(clip.start, begin), min(clip.end, end)
                if first < last:
                    places = np.arange(first, last) + 0.5
                    edge = np.minimum(np.minimum(places - clip.start, clip.end - places) / CLIP_FADE, 1.0)
                    block[first - begin : last - begin] += reel.take(last - first).T * edge[:, None].astype(np.float32)
                if clip.end <= end:
                    reel.close()
            sounding = [(clip, reel) for clip, reel in sounding if clip.end > end]
            yield block
    finally:
        for _, reel in sounding:
            reel.close()


def _ticks(block: Samples) -> NDArray[np.float64]:
    """Return the mean power of each tick of a block, over all its channels."""
    power = (block.astype(np.float64).reshape(len(block), -1) ** 2).mean(axis=1)
    ticks: NDArray[np.float64] = np.pad(power, (0, -len(power) % TICK)).reshape(-1, TICK).mean(axis=1)
    return ticks


def _survey(sounds: _Sounds, samples: int) -> _Plan:
    """Measure voice, music and clips separately: where someone speaks, and how loud each is."""
    voice = np.concatenate([_ticks(block) for block in _voices(sounds.lines, samples)])
    speech = voice > max(voice.max() * 10 ** (SPEECH_DB / 10), 1e-9)
    spoken = float(voice[speech].mean()) if speech.any() else 0.0
    music = _bed_gain(np.concatenate([_ticks(block) for block in _music(sounds.score, samples)]), spoken)
    if not sounds.clips:
        return _Plan(music, _ducking(speech))
    clips = _bed_gain(np.concatenate([_ticks(block) for block in _clips(sounds.clips, samples)]), spoken)
    return _Plan(music, _ducking(speech), min(clips, 10 ** (MOST_CLIP_GAIN_DB / 20)))


def _bed_gain(power: NDArray[np.float64], spoken: float) -> float:
    """Return the gain that brings a bed of these powers `BED_DB` below speech; 1 where nobody speaks, or nothing is."""
    heard = power[power > power.max() * 1e-4]
    return float(np.sqrt(spoken / heard.mean())) * 10 ** (-BED_DB / 20) if spoken and heard.size else 1.0


def _ducking(speech: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the music's gain in dB for each tick: lowered before the first sound, up again a while after the last."""
    # Speech is spread by half a fade to each side and then smoothed by a window of a whole fade: so the ducking is full
    # during all speech.
    said = np.concatenate([np.zeros(1), np.cumsum(speech)])
    places = np.arange(len(speech))
    after = np.minimum(places + TURN_TICKS + 1, len(speech))
    before = np.maximum(places - TURN_TICKS - HOLD_TICKS, 0)
    down = np.pad((said[after] > said[before]).astype(np.float64), TURN_TICKS, mode="edge")
    window = np.hanning(2 * TURN_TICKS + 3)[1:-1]
    return (-DUCK_DB * np.convolve(down, window / window.sum(), "valid")).astype(np.float32)


def _mixed(sounds: _Sounds, plan: _Plan, samples: int) -> Iterator[Samples]:
    """Yield the film's sound before its gain, (n, 2) for each block."""
    voices, music = _voices(sounds.lines, samples), _music(sounds.score, samples)
    clips = _clips(sounds.clips, samples) if sounds.clips else itertools.repeat(None)
    beds = zip(_blocks(samples), voices, music, strict=True)
    for ((begin, end), voice, bed), clip in zip(beds, clips, strict=bool(sounds.clips)):
        ducked = 10 ** (gain_between(plan.ducking, begin, end, TICK) / 20)
        gain = plan.music * ducked
        block = (voice[:, None] + bed * gain[:, None]).astype(np.float32)
        yield block if clip is None else block + clip * (plan.clips * ducked)[:, None].astype(np.float32)


def _room_tone() -> Samples:
    """Return the sound of an empty room as a seamless loop, (TONE_SAMPLES, 2), rms `TONE_DB`.

    It is pink noise, because the noise of rooms falls with frequency (as the NC curves of ANSI/ASA S12.2), without
    rumble below 40 Hz, and falling faster above 4 kHz, against hiss. Left and right have half of it in common.
    """
    hz = np.fft.rfftfreq(TONE_SAMPLES, 1 / RATE_HZ)
    heights = np.sqrt(1 / np.maximum(hz, 40)) / (1 + (hz / 4000) ** 2) * (hz >= 40)
    rng = np.random.default_rng(0)
    both, left, right = (
        np.fft.irfft(heights * np.exp(2j * np.pi * rng.random(len(hz))), TONE_SAMPLES) for _ in range(3)
    )
    tone = np.stack([both + left, both + right], axis=1)
    quiet: Samples = (tone * (10 ** (TONE_DB / 20) / np.sqrt((tone**2).mean()))).astype(np.float32)
    return quiet


def _listen(sounds: _Sounds, plan: _Plan, samples: int) -> tuple[Loudness, NDArray[np.float32]]:
    """Measure the mix before gain and limiter: its loudness, and its peak in every hop of the limiter."""
    meter = Meter(true_peak=False)
    peaks = []
    for block in _mixed(sounds, plan, samples):
        meter.hear(block)
        peaks.append(peaks_of(block))
    return meter.reading(), np.concatenate(peaks)


def _write(blocks: Iterator[Samples], gain: float, limit: NDArray[np.float32], out: Path) -> Loudness:
    """Write the mix with gain, limiter and room tone, and return the loudness of what was written."""
    meter, tone = Meter(), _room_tone()
    begin = 0
    with wav_file(out, channels=2, rate_hz=RATE_HZ) as append:
        for block in blocks:
            end = begin + len(block)
            loud = block * (gain * gain_between(limit, begin, end, HOP))[:, None].astype(np.float32)
            loud += np.take(tone, np.arange(begin, end), axis=0, mode="wrap")
            meter.hear(loud)
            append(loud)
            begin = end
    return meter.reading()
