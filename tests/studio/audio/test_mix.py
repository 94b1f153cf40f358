"""The soundtrack: placement, ducking, loudness, length and silence, measured in what was written."""

from __future__ import annotations

import re
import subprocess
import sys
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.offline.music.composer import OfflineComposer
from blocks.offline.voice.narrator import OfflineNarrator
from studio.audio.loudness import HOP, Meter, gain_between, limiting, peaks_of
from studio.audio.mix import DUCK_DB, TONE_DB, mix
from studio.errors import EngineFailed
from studio.model.film import MusicCue

RATE_HZ = 48_000


def write(path: Path, sound: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    """Write floats, (n,) or (n, 2), as a 16 bit WAV."""
    with wave.open(str(path), "wb") as sheet:
        sheet.setnchannels(1 if sound.ndim == 1 else 2)
        sheet.setsampwidth(2)
        sheet.setframerate(rate_hz)
        sheet.writeframes(np.rint(sound * 32767).astype("<i2").tobytes())
    return path


def heard(path: Path) -> np.ndarray:
    """Read a mix as floats, (n, 2), checking its format."""
    with wave.open(str(path)) as sheet:
        assert (sheet.getnchannels(), sheet.getsampwidth(), sheet.getframerate()) == (2, 2, RATE_HZ)
        return np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2").reshape(-1, 2) / 32768


def measured(path: Path) -> tuple[float, float]:
    """Return (LUFS, dBTP) of a mix; that the meter is right is a law of its own, below."""
    meter = Meter()
    meter.hear(heard(path).astype(np.float32))
    return meter.reading()


def by_program(path: Path) -> tuple[float, float]:
    """Return (LUFS, dBTP) as the ffmpeg program reads them."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-i", str(path)]
    command += ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr
    lufs, peak = re.search(r"I:\s+(\S+) LUFS", said), re.search(r"Peak:\s+(\S+) dBFS", said)
    assert lufs
    assert peak
    return float(lufs[1]), float(peak[1])


def tone(hz: float, seconds: float, height: float) -> np.ndarray:
    """Return a sine at 48 kHz."""
    return height * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def strength(sound: np.ndarray, hz: float) -> float:
    """Return the level in dB of one frequency in a stretch of sound."""
    wave_form = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE_HZ) * np.hanning(len(sound))
    return 20 * float(np.log10(np.abs((sound * wave_form).sum()) / np.hanning(len(sound)).sum() + 1e-12))


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Path]:
    """Two spoken lines and a score of twelve seconds, by the offline crew."""
    folder = tmp_path_factory.mktemp("pieces")
    said = ["Before anything happens, there is only the shore.", "And still the keeper goes on."]
    lines = [folder / f"line_{n}.wav" for n in range(len(said))]
    for number, (line, path) in enumerate(zip(said, lines, strict=True)):
        OfflineNarrator().speak(line, number, path)
    OfflineComposer().compose((MusicCue(start=0, mood="hopeful"),), 12.0, 1, folder / "score.wav")
    return lines, folder / "score.wav"


@pytest.mark.parametrize(
    ("starts", "music", "frames", "fps"),
    [((1.0, 7.0), True, 288, 24), ((1.0, 7.0), False, 288, 24), ((), True, 288, 24), ((0.5,), True, 100, 25)],
)
def test_every_film_is_as_loud_as_films_are(
    starts: Sequence[float], music: bool, frames: int, fps: int, pieces: tuple[list[Path], Path], tmp_path: Path
) -> None:
    """With voice, music or both, and in four seconds too: -14 LUFS within 1, below -1 dBTP, to the sample."""
    lines = list(zip(pieces[0], starts, strict=False))
    made = mix(lines, pieces[1] if music else None, frames, fps, tmp_path / "sound.wav.part")
    lufs, peak = measured(tmp_path / "sound.wav.part")
    assert abs(lufs + 14.0) < 1.0
    assert peak < -1.0
    assert len(heard(tmp_path / "sound.wav.part")) == frames * RATE_HZ // fps
    assert (made.frames, made.seconds) == (frames, frames / fps)


def test_a_jagged_voice_is_as_loud_as_a_smooth_one(tmp_path: Path) -> None:
    """Where the limiter takes away much of the loudness, the gain makes up for it: still -14 LUFS within 1."""
    voice = tone(400, 6, 0.05)
    for at in range(0, len(voice), RATE_HZ // 4):
        voice[at : at + 200] = 0.9 * np.hanning(200)
    mix([(write(tmp_path / "voice.wav", voice), 0.0)], None, 144, 24, tmp_path / "sound.wav")
    lufs, peak = measured(tmp_path / "sound.wav")
    assert abs(lufs + 14.0) < 1.0
    assert peak < -1.0


def rms_db(sound: np.ndarray) -> float:
    """Return the level of a stretch in dBFS."""
    return 10 * float(np.log10((sound**2).mean()))


def longest_silence(sound: np.ndarray) -> int:
    """Return the samples of the longest stretch that is zero on both sides."""
    loud = np.flatnonzero(sound.any(axis=1))
    return int(np.diff(np.concatenate([[-1], loud, [len(sound)]])).max()) - 1


def test_a_film_with_neither_is_an_empty_room(tmp_path: Path) -> None:
    """Nothing, silent files and a line without samples give room tone of its own level: no gain makes noise of them."""
    empty = write(tmp_path / "empty.wav", np.zeros(0), 24_000)
    still = write(tmp_path / "still.wav", np.zeros((RATE_HZ, 2)))
    for lines, score in (([], None), ([(empty, 1.0)], still)):
        mix(lines, score, 101, 25, tmp_path / "sound.wav")
        sound = heard(tmp_path / "sound.wav")
        assert len(sound) == 101 * 1920
        assert rms_db(sound) == pytest.approx(TONE_DB, abs=1)
        assert longest_silence(sound) < 48


def test_a_whisper_of_noise_is_not_blown_up(tmp_path: Path) -> None:
    """What lies below the meter's gate keeps its level, under the room tone."""
    hiss = np.random.default_rng(0).normal(0, 1e-4, (4 * RATE_HZ, 2))
    mix([], write(tmp_path / "hiss.wav", hiss), 96, 24, tmp_path / "sound.wav")
    assert rms_db(heard(tmp_path / "sound.wav")) == pytest.approx(TONE_DB, abs=1)


def test_pauses_are_a_room_and_not_dead(tmp_path: Path) -> None:
    """No millisecond of a film is digital silence, and its pauses lie 45 dB and more below the voice, gained or not."""
    for height in (0.005, 0.3):
        voice = write(tmp_path / "voice.wav", tone(600, 2, height))
        mix([(voice, 1.0), (voice, 5.0)], None, 192, 24, tmp_path / "sound.wav")
        sound = heard(tmp_path / "sound.wav")
        assert longest_silence(sound) < 48
        pause, said = sound[round(3.5 * RATE_HZ) : round(4.5 * RATE_HZ)], sound[RATE_HZ * 3 // 2 : RATE_HZ * 5 // 2]
        assert rms_db(pause) == pytest.approx(TONE_DB, abs=1.5)
        assert rms_db(said) - rms_db(pause) > 45


@pytest.mark.parametrize(("rate_hz", "place"), [(48_000, 1234), (24_000, 700), (44_100, 4410)])
def test_a_line_lies_where_it_was_put(rate_hz: int, place: int, tmp_path: Path) -> None:
    """A click in a line is heard at its start plus its own place, to the sample, across blocks and rates."""
    click = np.zeros(rate_hz)
    click[place] = 0.5
    line = write(tmp_path / "click.wav", click, rate_hz)
    starts = [0.0, 1.9875, 3.123]
    mix([(line, start) for start in starts], None, 120, 24, tmp_path / "sound.wav")
    sound = heard(tmp_path / "sound.wav")[:, 0]
    for start in starts:
        want = round(start * RATE_HZ) + round(place * RATE_HZ / rate_hz)
        around = np.abs(sound[max(0, want - 2000) : want + 2000])
        assert around.argmax() + max(0, want - 2000) == want


def test_lines_together_are_both_heard(tmp_path: Path) -> None:
    """Lines that overlap are added, in any order given, and what passes the end is cut."""
    low, high = write(tmp_path / "low.wav", tone(300, 3, 0.2)), write(tmp_path / "high.wav", tone(1700, 3, 0.2))
    mix([(high, 2.0), (low, 1.0)], None, 96, 24, tmp_path / "sound.wav")
    sound = heard(tmp_path / "sound.wav")[:, 0]
    both = sound[round(2.2 * RATE_HZ) : round(3.8 * RATE_HZ)]
    assert strength(both, 300) > -25
    assert abs(strength(both, 300) - strength(both, 1700)) < 1
    assert strength(sound[round(1.1 * RATE_HZ) : round(1.9 * RATE_HZ)], 1700) < -60


def test_music_steps_back_while_someone_speaks(tmp_path: Path) -> None:
    """The score is 10 to 16 dB down under a voice, before its first sound, and returns without a jump."""
    voice = tone(3000, 3, 0.2)
    score = write(tmp_path / "score.wav", np.repeat(tone(200, 12, 0.1)[:, None], 2, axis=1))
    mix([(write(tmp_path / "voice.wav", voice), 4.0)], score, 288, 24, tmp_path / "sound.wav")
    sound = heard(tmp_path / "sound.wav")[:, 0]
    step = RATE_HZ // 10
    levels = np.array([strength(sound[at : at + step], 200) for at in range(0, len(sound), step)])
    alone, under = levels[10:30].mean(), levels[41:69].mean()
    assert 10 < alone - under < 16
    assert alone - levels[40:70].max() > 10
    assert abs(levels[90:110].mean() - alone) < 0.5
    assert np.abs(np.diff(levels[5:115])).max() < 6


def test_the_music_steps_back_softly(tmp_path: Path) -> None:
    """Under a voice the music is 13 dB down; it falls in the half second before, and rises from half a second after."""
    voice = write(tmp_path / "voice.wav", tone(3000, 3, 0.2))
    score = write(tmp_path / "score.wav", np.repeat(tone(1000, 12, 0.1)[:, None], 2, axis=1))
    mix([(voice, 4.0)], score, 288, 24, tmp_path / "sound.wav")
    sound = heard(tmp_path / "sound.wav")[:, 0]
    step = RATE_HZ // 25

    def music(begin: float, end: float) -> np.ndarray:
        """Return the music's level every 40 ms."""
        places = range(round(begin * RATE_HZ), round(end * RATE_HZ) - step + 1, step)
        return np.array([strength(sound[at : at + step], 1000) for at in places])

    alone = music(1.0, 3.4)
    under, back = music(4.0, 7.4), music(8.1, 11.0)
    assert np.ptp(alone) < 0.3
    assert alone.mean() - under.mean() == pytest.approx(DUCK_DB, abs=0.3)
    assert np.ptp(under) < 0.3
    assert back.mean() == pytest.approx(alone.mean(), abs=0.2)
    fall, rise = np.diff(music(3.4, 4.08)), np.diff(music(7.4, 8.12))
    assert fall.max() < 0.1
    assert rise.min() > -0.1
    # At 40 ms a step the steepest part of a half-second cosine of 13 dB is 2.1 dB; a line would have corners of 1 dB.
    assert max(-fall.min(), rise.max()) < 2.3
    assert max(abs(fall[:2]).max(), abs(rise[-3:]).max()) < 0.6


def test_a_short_pause_does_not_pump(tmp_path: Path) -> None:
    """Between two words 0.95 s apart the score stays down."""
    voice = np.concatenate([tone(3000, 1, 0.2), np.zeros(RATE_HZ * 95 // 100), tone(3000, 1, 0.2)])
    score = write(tmp_path / "score.wav", np.repeat(tone(200, 8, 0.1)[:, None], 2, axis=1))
    mix([(write(tmp_path / "voice.wav", voice), 3.0)], score, 192, 24, tmp_path / "sound.wav")
    sound = heard(tmp_path / "sound.wav")[:, 0]
    pause, word = (sound[round(s * RATE_HZ) : round((s + 0.2) * RATE_HZ)] for s in (4.4, 3.4))
    assert abs(strength(pause, 200) - strength(word, 200)) < 0.5


def test_music_lies_under_voices_of_any_level(tmp_path: Path) -> None:
    """A quiet narrator over a loud score is as clear as a loud one over a quiet score: 20 dB above it (WCAG 1.4.7)."""
    clear = []
    for voice_height, score_height in ((0.02, 0.5), (0.5, 0.05)):
        voice = write(tmp_path / "voice.wav", tone(1000, 3, voice_height))
        score = write(tmp_path / "score.wav", np.repeat(tone(200, 6, score_height)[:, None], 2, axis=1))
        mix([(voice, 1.5)], score, 144, 24, tmp_path / "sound.wav")
        spoken = heard(tmp_path / "sound.wav")[2 * RATE_HZ : 4 * RATE_HZ, 0]
        clear.append(strength(spoken, 1000) - strength(spoken, 200))
    assert clear[0] == pytest.approx(20, abs=1)
    assert abs(clear[0] - clear[1]) < 0.5


def test_the_same_film_gives_the_same_bytes_everywhere(pieces: tuple[list[Path], Path], tmp_path: Path) -> None:
    """Two threads at once and another process with another hash seed write the same file."""
    lines, score = [(pieces[0][0], 0.5)], pieces[1]
    outs = [tmp_path / f"{n}.wav" for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda out: mix(lines, score, 96, 24, out), outs))
    code = (
        "import sys; from pathlib import Path as P; from studio.audio.mix import mix;"
        "mix([(P(sys.argv[1]), 0.5)], P(sys.argv[2]), 96, 24, P(sys.argv[3]))"
    )
    elsewhere, root = tmp_path / "elsewhere.wav", Path(__file__).parents[3]
    command = [sys.executable, "-c", code, lines[0][0], score, elsewhere]
    subprocess.run(command, check=True, cwd=root, env={"PYTHONHASHSEED": "11"}, timeout=60)
    assert len({out.read_bytes() for out in [*outs, elsewhere]}) == 1


@pytest.mark.parametrize("start", [-0.1, 4.0, float("nan")])
def test_a_line_outside_the_film_is_refused(start: float, tmp_path: Path) -> None:
    """A line that nobody would hear is a wrong plan, not silence."""
    line = write(tmp_path / "line.wav", tone(500, 1, 0.1))
    with pytest.raises(EngineFailed, match="outside the film"):
        mix([(line, start)], None, 96, 24, tmp_path / "sound.wav")


def test_a_file_that_is_no_sound_is_named(tmp_path: Path) -> None:
    """A broken or missing line is our error, with the file's name."""
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    for name in ("broken.wav", "missing.wav"):
        with pytest.raises(EngineFailed, match=name):
            mix([(tmp_path / name, 0.0)], None, 96, 24, tmp_path / "sound.wav")


def test_the_meter_reads_the_reference_tone() -> None:
    """A stereo sine of 997 Hz at -23 dBFS reads -23.0 LUFS (EBU Tech 3341, case 1), however it is cut."""
    sound = np.repeat(tone(997, 5, 10 ** (-23 / 20)).astype(np.float32)[:, None], 2, axis=1)
    for size in (999, RATE_HZ):
        meter = Meter()
        for at in range(0, len(sound), size):
            meter.hear(sound[at : at + size])
        reading = meter.reading()
        assert abs(reading.lufs + 23.0) < 0.1
        assert abs(reading.peak_db + 23.0) < 0.2


def test_the_meter_reads_as_the_program_does(pieces: tuple[list[Path], Path], tmp_path: Path) -> None:
    """A mix's loudness and true peak are those that the ffmpeg program reads from the file."""
    mix([(pieces[0][0], 0.5)], pieces[1], 96, 24, tmp_path / "sound.wav")
    assert measured(tmp_path / "sound.wav") == pytest.approx(by_program(tmp_path / "sound.wav"), abs=0.15)


@given(st.lists(st.floats(0, 20, width=32), min_size=1, max_size=300), st.integers(1, HOP))
def test_nothing_passes_the_limiter(heights: list[float], tail: int) -> None:
    """Whatever the peaks, every sample times its gain is at or below the ceiling, and gains never exceed 1."""
    mono = np.repeat(np.float32(heights), HOP)[: (len(heights) - 1) * HOP + tail]
    sound = np.stack([mono, -mono / 2], axis=1)
    hops = limiting(peaks_of(sound), 0.8)
    gain = gain_between(hops, 0, len(sound), HOP)
    assert gain.max() <= 1 + 1e-6
    assert np.abs(sound * gain[:, None]).max() <= 0.8 * (1 + 1e-4)
    if max(heights) <= 0.8:
        assert gain.min() == 1.0


def test_clips_sounds_lie_under_the_voice(tmp_path: Path) -> None:
    """A clip's own sound begins and ends softly at its place, and steps back while someone speaks."""
    times = np.arange(8 * RATE_HZ) / RATE_HZ
    voice = write(tmp_path / "voice.wav", 0.3 * np.sin(2 * np.pi * 300 * times[: 2 * RATE_HZ]))
    clip = write(tmp_path / "clip.wav", np.stack([0.3 * np.sin(2 * np.pi * 2000 * times)] * 2, axis=1)[: 7 * RATE_HZ])
    mix([(voice, 5.0)], None, 240, 24, tmp_path / "mix.wav", [(clip, 1.0)])
    sound = heard(tmp_path / "mix.wav")[:, 0]
    spectrum = [
        np.abs(np.fft.rfft(sound[at : at + 4800] * np.hanning(4800)))[200] for at in range(0, len(sound) - 4800, 4800)
    ]
    level = 20 * np.log10(np.maximum(spectrum, 1e-9))
    assert level[25] - level[5] > 40
    assert level[25] - level[60] == pytest.approx(DUCK_DB, abs=1)
    assert level[25] - level[85] > 40
    high = np.abs(np.diff(sound[RATE_HZ - 10 : RATE_HZ + 240]))
    assert high.max() < 0.3 * np.abs(np.diff(sound[2 * RATE_HZ : 3 * RATE_HZ])).max()


def test_a_still_clip_stays_still(tmp_path: Path) -> None:
    """The noise of a clip in which nothing is heard is raised by 20 dB at most, and not to the level of music."""
    times = np.arange(6 * RATE_HZ) / RATE_HZ
    voice = write(tmp_path / "voice.wav", 0.3 * np.sin(2 * np.pi * 300 * times[: 2 * RATE_HZ]))
    draw = np.random.default_rng(1)
    clip = write(tmp_path / "clip.wav", draw.standard_normal((6 * RATE_HZ, 2)) * 10 ** (-66 / 20))
    mix([(voice, 0.5)], None, 144, 24, tmp_path / "mix.wav", [(clip, 0.0)])
    sound = heard(tmp_path / "mix.wav")
    said, still = (np.sqrt((sound[at * RATE_HZ : (at + 1) * RATE_HZ] ** 2).mean()) for at in (1, 4))
    assert 20 * np.log10(still / said) == pytest.approx(-66 + 20 - 20 * np.log10(0.3 / np.sqrt(2)), abs=1.5)


def test_a_film_without_clips_sounds_is_as_it_was(pieces: tuple[list[Path], Path], tmp_path: Path) -> None:
    """An empty list of clips' sounds changes no byte."""
    lines, score = pieces
    for name, more in (("a.wav", []), ("b.wav", [()])):
        mix([(lines[0], 1.0)], score, 240, 24, tmp_path / name, *more)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
