"""A person's own sounds are made fit for a film: length, level, edges and channels are measured."""

from __future__ import annotations

import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from blocks.offline.voice.narrator import OfflineNarrator
from studio.audio.foreign_sound import sound_blocks
from studio.audio.loudness import Meter
from studio.audio.own_sound import conform_line, conform_music, sound_of
from studio.errors import BadInput
from studio.media.torn import torn_media
from tests.support.foreign_media import CLIPS, clip, ffmpeg, named_clip, sound
from tests.support.sampled import sampled

LINE = "The keeper climbs the stairs every night, and lights the lamp before the ships come home."
FORMATS: dict[str, tuple[str, ...]] = {
    "a.mp3": ("-ar", "44100"),
    "a.wav": (),
    "24.wav": ("-c:a", "pcm_s24le", "-ar", "96000"),
    "float.wav": ("-c:a", "pcm_f32le", "-ac", "2"),
    "8.wav": ("-c:a", "pcm_u8", "-ar", "16000"),
    "a.flac": ("-ac", "2"),
    "a.ogg": ("-c:a", "libvorbis", "-ac", "2"),
    "a.opus": ("-c:a", "libopus"),
    "a.m4a": (),
    "a.aiff": (),
    "6.wav": ("-af", "pan=5.1|FC=c0"),
    "a.webm": ("-c:a", "libopus"),
}


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line of the offline voice."""
    path = tmp_path_factory.mktemp("line") / "line.wav"
    OfflineNarrator().speak(LINE, 1, path)
    return path


def heard(path: Path) -> tuple[NDArray[np.float64], int]:
    """Return samples, (n, channels), and rate of a 16 bit WAV."""
    with wave.open(str(path)) as sheet:
        assert sheet.getsampwidth() == 2
        samples = np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2").reshape(-1, sheet.getnchannels())
        return samples / 32768, sheet.getframerate()


def loudness(path: Path) -> float:
    """Return the loudness in LUFS."""
    both, step = path.with_suffix(".48.wav"), path
    ffmpeg("-i", step, "-ar", "48000", "-ac", "2", both)
    meter = Meter(true_peak=False)
    meter.hear(heard(both)[0].astype(np.float32))
    return meter.reading().lufs


def write(path: Path, samples: NDArray[np.float64], rate_hz: int) -> Path:
    """Write samples, (n,) or (n, 2), as a 16 bit WAV."""
    with wave.open(str(path), "wb") as sheet:
        sheet.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        sheet.setsampwidth(2)
        sheet.setframerate(rate_hz)
        sheet.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@sampled("name", FORMATS, quick=1)
def test_a_recorded_line_is_as_one_of_ours(spoken: Path, tmp_path: Path, name: str) -> None:
    """A line of any format, quiet, with silence around it, is as long and as loud as the voice's own."""
    options = list(FORMATS[name])
    filters = ["volume=-18dB", "adelay=1200:all=1", "apad=pad_dur=2"]
    if "-af" in options:
        at = options.index("-af")
        filters.append(options.pop(at + 1))
        options.pop(at)
    ffmpeg("-i", spoken, "-af", ",".join(filters), *options, tmp_path / name)
    out = tmp_path / "line.part"
    made = conform_line(tmp_path / name, out)
    samples, rate = heard(out)
    assert (samples.shape[1], rate) == (1, 24_000)
    assert made.seconds == pytest.approx(len(samples) / rate)
    assert made.seconds == pytest.approx(len(heard(spoken)[0]) / 24_000, abs=0.35)
    assert loudness(out) == pytest.approx(loudness(spoken), abs=1.0)
    assert np.abs(samples).max() < 0.9
    assert np.abs(samples[:3]).max() < 0.002
    assert np.abs(samples[-3:]).max() < 0.002


def test_clicks_rumble_and_current_are_taken_out(spoken: Path, tmp_path: Path) -> None:
    """Clicks, a hum of 20 Hz and a direct current are gone, and the voice is what it was."""
    bare, rate = heard(spoken)
    draw = np.random.default_rng(2)
    bad = np.pad(bare[:, 0], (rate, rate)) * 0.5
    bad += 0.1 + 0.1 * np.sin(2 * np.pi * 20 * np.arange(len(bad)) / rate)
    clicks = draw.integers(rate, len(bad) - rate, 20)
    bad[clicks] += draw.choice([-0.5, 0.5], 20)
    bad[rate // 4] += 0.7
    conform_line(write(tmp_path / "bad.wav", bad, rate), tmp_path / "line.part")
    samples = heard(tmp_path / "line.part")[0][:, 0]
    assert abs(samples.mean()) < 1e-3
    assert len(samples) < len(bare) + 0.4 * rate
    spectrum = np.abs(np.fft.rfft(samples))
    hz = np.fft.rfftfreq(len(samples), 1 / rate)
    assert spectrum[hz < 30].max() < 0.25 * spectrum.max()  # it was 19 times as high
    steps = np.abs(np.diff(samples, 2))
    assert steps.max() < 1.6 * np.abs(np.diff(bare[:, 0], 2)).max()


def test_a_short_line_in_a_long_recording_is_found(tmp_path: Path) -> None:
    """A recording that is nearly all pause, with the noise of a room, is trimmed to the words that are said."""
    made = OfflineNarrator().speak("Nobody came.", 1, tmp_path / "bare.wav")
    noise = "anoisesrc=a=0.0005:r=24000:seed=1[n];[0:a]adelay=20000,apad=pad_dur=20[v]"
    mixed = f"{noise};[v][n]amix=duration=first:normalize=0"
    ffmpeg("-i", tmp_path / "bare.wav", "-filter_complex", mixed, tmp_path / "long.wav")
    assert conform_line(tmp_path / "long.wav", tmp_path / "line.part").seconds == pytest.approx(made.seconds, abs=0.3)


def test_our_own_lines_are_whole(spoken: Path) -> None:
    """Pauses between sentences of our own voice are no damage."""
    assert torn_media(spoken) == ""


def test_a_very_short_recording_is_a_line_or_refused(tmp_path: Path) -> None:
    """From 40 ms on a recording is a line; less, as of a click on the button, is none."""
    tone = 0.4 * np.sin(2 * np.pi * 330 * np.arange(960) / 24_000)
    assert conform_line(write(tmp_path / "a.wav", tone, 24_000), tmp_path / "line.part").seconds == 0.04
    for samples in (24, 480):
        with pytest.raises(BadInput, match="is silent"):
            conform_line(write(tmp_path / "a.wav", tone[:samples], 24_000), tmp_path / "line.part")


def test_channels_that_cancel_each_other_are_no_silence(tmp_path: Path) -> None:
    """Left and right of opposite phase, as of a cable that is soldered wrongly, are a line."""
    tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(24_000) / 24_000)
    both = write(tmp_path / "a.wav", np.stack([tone, -tone], axis=1), 24_000)
    assert conform_line(both, tmp_path / "line.part").seconds == pytest.approx(1.0)
    assert np.abs(heard(tmp_path / "line.part")[0]).max() > 0.05


def test_a_long_recording_takes_little_memory(tmp_path: Path) -> None:
    """A recorded line takes at most 0.6 MB of memory a second, whatever its length."""
    tone = 0.3 * np.sin(2 * np.pi * 330 * np.arange(60 * 24_000) / 24_000)
    source = write(tmp_path / "a.wav", tone, 24_000)
    tracemalloc.start()
    try:
        conform_line(source, tmp_path / "line.part")
        assert tracemalloc.get_traced_memory()[1] < 60 * 600_000
    finally:
        tracemalloc.stop()


def test_a_long_gap_takes_no_memory(tmp_path: Path) -> None:
    """Silence that only a time stamp tells of is given a second at a time."""
    late = "asetpts='PTS+gte(T,0.5)*900/TB'"
    ffmpeg("-f", "lavfi", "-i", sound(1.0, 8000), "-af", late, "-c:a", "pcm_s16le", tmp_path / "a.mka")
    lengths = [len(block) for block in sound_blocks(tmp_path / "a.mka", 8000, "mono")]
    assert sum(lengths) == pytest.approx(901 * 8000, abs=8000)
    assert max(lengths) <= 8000


@pytest.mark.parametrize("content", ["silence", "nothing"])
def test_a_line_of_nothing_is_refused(tmp_path: Path, content: str) -> None:
    """Silence is no line."""
    samples = np.zeros(24_000) if content == "silence" else np.zeros(0)
    with pytest.raises(BadInput):
        conform_line(write(tmp_path / "a.wav", samples, 24_000), tmp_path / "line.part")


@sampled(("source_seconds", "seconds"), [(1.7, 9.0), (12.0, 6.5), (6.0, 6.0), (3.0, 4.0), (0.6, 5.0)], quick=1)
def test_music_is_as_long_as_the_film(tmp_path: Path, source_seconds: float, seconds: float) -> None:
    """Music is trimmed or looped to exactly the film's length, without a gap, a click or a clipped sample."""
    draw = np.random.default_rng(1)
    tone = np.sin(2 * np.pi * 220 * np.arange(round(source_seconds * 44_100)) / 44_100)
    samples = 0.1 * tone[:, None] + 0.6 * draw.uniform(-1, 1, (len(tone), 2))
    samples = np.concatenate([np.zeros((3000, 2)), samples, np.zeros((5000, 2))])
    made = conform_music(write(tmp_path / "a.wav", samples, 44_100), seconds, tmp_path / "music.part")
    heard_samples, rate = heard(tmp_path / "music.part")
    assert (rate, heard_samples.shape) == (48_000, (round(seconds * 48_000), 2))
    assert made.seconds == pytest.approx(seconds)
    assert np.abs(heard_samples).max() < 1.0
    step = rate // 20
    power = (heard_samples[: len(heard_samples) // step * step] ** 2).reshape(-1, step * 2).mean(axis=1)
    inside = power[8 : max(9, len(power) - 61)]
    assert 10 * np.log10(inside.max() / inside.min()) < 4.5
    assert power[-1] < 0.01 * inside.mean()
    assert np.abs(heard_samples[[0, -1]]).max() < 0.001


@pytest.mark.thorough
def test_a_cover_and_channels_make_no_difference(tmp_path: Path) -> None:
    """A song with a cover is music; six channels are mixed down, none of them lost."""
    Image.new("RGB", (64, 64), "red").save(tmp_path / "cover.jpg")
    ffmpeg(
        *("-f", "lavfi", "-i", sound(2.0), "-i", tmp_path / "cover.jpg", "-map", "0", "-map", "1"),
        *("-disposition:v", "attached_pic", tmp_path / "song.mp3"),
    )
    assert conform_music(tmp_path / "song.mp3", 1.5, tmp_path / "music.part").seconds == 1.5
    for channel in ("FL", "FR", "FC", "BL", "BR"):
        ffmpeg("-f", "lavfi", "-i", sound(1.0), "-af", f"pan=5.1|{channel}=c0", tmp_path / "six.wav")
        conform_music(tmp_path / "six.wav", 0.9, tmp_path / "music.part")
        assert np.abs(heard(tmp_path / "music.part")[0]).max() > 0.05, channel


@sampled("name", ["h264.mp4", "surround.mp4", "vp9.webm", "mpeg4.avi", "h264.ts", "prores.mov", "theora.ogv"], quick=1)
def test_a_clips_own_sound_is_in_time(tmp_path: Path, name: str) -> None:
    """A part of a clip's sound is exactly so long, and each moment of it where it is in the clip."""
    tone = "aevalsrc='if(between(t,1,1.5),0.4*sin(2*PI*600*t),0)':s=48000:d=2"
    source = clip(tmp_path / name, *CLIPS[name], tone=tone)
    made = sound_of(source, 0.6, 1.9, tmp_path / "sound.part")
    samples, rate = heard(tmp_path / "sound.part")
    assert (rate, samples.shape, made.seconds) == (48_000, (round(1.3 * 48_000), 2), pytest.approx(1.3))
    loud = np.flatnonzero(np.abs(samples).max(axis=1) > 0.1) / rate
    assert loud[0] == pytest.approx(0.4, abs=0.05)
    assert loud[-1] == pytest.approx(0.9, abs=0.05)


def test_sound_that_is_not_there(tmp_path: Path) -> None:
    """A clip without sound is told; beyond the end of sound there is silence."""
    with pytest.raises(BadInput, match="no sound"):
        sound_of(named_clip(tmp_path, "silent.mp4"), 0, 1, tmp_path / "sound.part")
    made = sound_of(named_clip(tmp_path, "h264.mov"), 1.5, 3.0, tmp_path / "sound.part")
    assert made.seconds == 1.5
    samples = heard(tmp_path / "sound.part")[0]
    assert np.abs(samples[: 48_000 // 3]).max() > 0.1
    assert np.abs(samples[-30_000:]).max() == 0.0


def _crest(path: Path) -> float:
    """Return how much higher than its rms a sound's peak is, of its middle: 1.41 for a sine, less where it clips."""
    samples = heard(path)[0]
    middle = samples[len(samples) // 4 : len(samples) // 2]
    return float(np.abs(middle).max() / np.sqrt((middle**2).mean()))


def test_loud_channels_do_not_clip(tmp_path: Path) -> None:
    """Six channels of the same loud tone, as a clip's own sound and as a part of a piece of music."""
    tone = "0.9*sin(2*PI*300*t)"
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{'|'.join([tone] * 6)}':c=5.1:s=48000:d=3", tmp_path / "six.wav")
    sound_of(tmp_path / "six.wav", 0.0, 2.0, tmp_path / "sound.part")
    assert _crest(tmp_path / "sound.part") == pytest.approx(2**0.5, abs=0.01)
    assert np.abs(heard(tmp_path / "sound.part")[0]).max() == pytest.approx(0.9, abs=0.01)
    conform_music(tmp_path / "six.wav", 2.0, tmp_path / "music.part", 0.5, 2.9)
    assert _crest(tmp_path / "music.part") == pytest.approx(2**0.5, abs=0.01)


@pytest.mark.parametrize("seconds", [0.9, 4.0], ids=["once", "again and again"])
def test_a_part_of_music_is_heard(tmp_path: Path, seconds: float) -> None:
    """Only what is between the two times is heard, also where it repeats."""
    tone = "aevalsrc='0.5*sin(2*PI*if(between(t,1,2),600,200)*t)':s=48000:d=3"
    ffmpeg("-f", "lavfi", "-i", tone, tmp_path / "a.wav")
    conform_music(tmp_path / "a.wav", seconds, tmp_path / "music.part", 1.0, 2.0)
    samples = heard(tmp_path / "music.part")[0][:, 0]
    assert len(samples) == round(seconds * 48_000)
    spectrum, hz = np.abs(np.fft.rfft(samples)), np.fft.rfftfreq(len(samples), 1 / 48_000)
    assert spectrum[hz < 400].max() < 0.02 * spectrum.max()


def test_a_part_of_a_recording_is_the_line(tmp_path: Path) -> None:
    """What is said before and after the two times is no part of the line."""
    tone = "aevalsrc='0.5*sin(2*PI*if(between(t,1,2),600,200)*t)':s=48000:d=3"
    ffmpeg("-f", "lavfi", "-i", tone, tmp_path / "a.wav")
    assert conform_line(tmp_path / "a.wav", tmp_path / "line.part", 1.0, 2.0).seconds == pytest.approx(1.0)
    samples = heard(tmp_path / "line.part")[0][:, 0]
    spectrum, hz = np.abs(np.fft.rfft(samples)), np.fft.rfftfreq(len(samples), 1 / 24_000)
    assert spectrum[hz < 400].max() < 0.02 * spectrum.max()
