"""The offline composer: length, level, width, changes of mood, beginning, end and sameness of a score."""

from __future__ import annotations

import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from blocks.offline.music import composer, orchestra
from blocks.offline.music.composer import OfflineComposer
from blocks.offline.music.mood_music import MOOD_MUSIC
from blocks.offline.music.orchestra import Orchestra
from studio.audio.loudness import Meter
from studio.errors import EngineFailed
from studio.model.film import Mood, MusicCue
from studio.planning.moods import MOODS
from tests.support.sampled import sampled

RATE_HZ = 48_000
CUTS = (0.0, 5.5, 11.5, 17.25, 24.0, 29.5, 35.75, 41.5, 47.0, 53.0)
"""Where the moods of `tour` begin, in seconds."""


def always(mood: Mood) -> tuple[MusicCue, ...]:
    """Return the cues of a film in one mood."""
    return (MusicCue(start=0, mood=mood),)


def heard(path: Path) -> np.ndarray:
    """Read a score as floats, (n, 2), checking its format."""
    with wave.open(str(path)) as sheet:
        assert (sheet.getnchannels(), sheet.getsampwidth(), sheet.getframerate()) == (2, 2, RATE_HZ)
        return np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2").reshape(-1, 2) / 32768


def composed(cues: tuple[MusicCue, ...], seconds: float, seed: int, folder: Path) -> np.ndarray:
    """Return a score as floats."""
    OfflineComposer().compose(cues, seconds, seed, folder / "score.wav")
    return heard(folder / "score.wav")


def db(power: float) -> float:
    """Return a power in dB."""
    return 10 * float(np.log10(power + 1e-12))


def stretch(sound: np.ndarray, begin: float, end: float) -> np.ndarray:
    """Return the samples between two times in seconds."""
    return sound[round(begin * RATE_HZ) : round(end * RATE_HZ)]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """A minute through all moods."""
    cues = tuple(MusicCue(start=start, mood=mood) for start, mood in zip(CUTS, MOODS, strict=True))
    return composed(cues, 60.0, 7, tmp_path_factory.mktemp("tour"))


@sampled("mood", MOODS, quick=2)
def test_a_score_is_a_bed(mood: Mood, tmp_path: Path) -> None:
    """Every mood goes from nothing to nothing, never clips, is as loud as all, is wide, and loses little in mono."""
    sound = composed(always(mood), 15.0, 4, tmp_path)
    assert len(sound) == 15 * RATE_HZ
    assert not sound[[0, -1]].any()
    assert np.abs(sound).max() < 0.9
    meter = Meter(true_peak=False)
    meter.hear(sound.astype(np.float32))
    assert abs(meter.reading().lufs + 19.4) < 1.2
    second = (sound.reshape(15, -1) ** 2).mean(axis=1)
    assert min(map(db, second[3:-4])) > -27
    assert 0.3 < np.corrcoef(sound.T)[0, 1] < 0.95
    assert db((sound.mean(axis=1) ** 2).mean()) - db((sound**2).mean()) > -1.5
    assert abs(sound.mean()) < 1e-3


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.2345678, 4.0, 7.291666666])
def test_the_length_is_exact(seconds: float, tmp_path: Path) -> None:
    """A score has round(seconds * 48000) samples, also where that is none, and where cues crowd or lie behind it."""
    cues = (*always("hopeful"), *(MusicCue(start=n / 24, mood="tense") for n in (1, 2, 40, 95, 96, 240)))
    made = OfflineComposer().compose(cues, seconds, 0, tmp_path / "score.wav")
    assert len(heard(tmp_path / "score.wav")) == round(seconds * RATE_HZ)
    assert made.seconds == round(seconds * RATE_HZ) / RATE_HZ


@pytest.mark.thorough
def test_moods_and_seeds_sound_different(tmp_path: Path) -> None:
    """No two moods and no two seeds give the same music."""
    orders = [*((mood, 1) for mood in MOODS), (MOODS[0], 2)]
    scores = [composed(always(mood), 3.0, seed, tmp_path)[:, 0] for mood, seed in orders]
    alike = np.corrcoef(scores) - np.eye(len(orders))
    assert np.abs(alike).max() < 0.95


def test_a_mood_begins_on_its_cut(tmp_path: Path) -> None:
    """Until 0.4 s before a cut nothing tells what comes, and from 0.4 s after it nothing but echoes what was."""
    cut = 8.0

    def turning(before: Mood, after: Mood) -> np.ndarray:
        return composed((*always(before), MusicCue(start=cut, mood=after)), 20.0, 3, tmp_path)

    one, other, third = turning("calm", "tense"), turning("calm", "playful"), turning("wonder", "tense")
    assert (stretch(one, 0, cut - 0.4) == stretch(other, 0, cut - 0.4)).all()
    assert np.abs(np.corrcoef(stretch(one, 8.4, 12)[:, 0], stretch(other, 8.4, 12)[:, 0])[0, 1]) < 0.5
    assert np.abs(np.corrcoef(stretch(one, 2, 7.6)[:, 0], stretch(third, 2, 7.6)[:, 0])[0, 1]) < 0.5
    assert np.corrcoef(stretch(one, 8.4, 12)[:, 0], stretch(third, 8.4, 12)[:, 0])[0, 1] > 0.9


def test_moods_change_without_a_jump_or_a_click(tour: np.ndarray) -> None:
    """Over every cut the level moves by less than 3 dB, and no sample jumps further than elsewhere."""
    levels = np.array([db((stretch(tour, at, at + 0.1) ** 2).mean()) for at in np.arange(0, 59.9, 0.05)])
    # A click is broad: the second difference weighs 10 kHz a thousand times as much as the music's tones.
    edges = np.abs(np.diff(tour, n=2, axis=0)).max(axis=1)
    usual = max(stretch(edges, a + 1.0, b - 0.5).max() for a, b in pairwise((*CUTS, 56.0)))
    for cut in CUTS[1:]:
        before, after = stretch(tour, cut - 1.4, cut - 0.4), stretch(tour, cut + 0.4, cut + 1.4)
        assert abs(db((before**2).mean()) - db((after**2).mean())) < 3
        assert np.abs(np.diff(levels[round((cut - 1) * 20) : round((cut + 1) * 20)])).max() < 3
        assert stretch(edges, cut - 0.5, cut + 0.5).max() < 1.5 * usual


def test_a_score_begins_and_ends(tour: np.ndarray) -> None:
    """It grows second by second, comes home to the tone it began on, and has died away on the film's last sample."""
    seconds = [db((stretch(tour, at, at + 1) ** 2).mean()) for at in range(60)]
    assert all(late > early for early, late in pairwise(seconds[:5]))
    assert seconds[0] < seconds[6] - 9
    assert all(late < early for early, late in pairwise(seconds[-4:]))
    assert seconds[-1] < seconds[50] - 20
    assert not tour[-1].any()

    def bass(begin: float, end: float) -> float:
        """Return the strongest frequency between 55 and 140 Hz."""
        sound = stretch(tour, begin, end)[:, 0]
        hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
        heights = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) * ((hz > 55) & (hz < 140))
        return float(hz[heights.argmax()])

    assert bass(56.5, 60) == pytest.approx(bass(1, 4.5), rel=0.01)
    assert bass(53.5, 55) != pytest.approx(bass(1, 4.5), rel=0.05)


@pytest.mark.parametrize("seconds", [9.0, 15.0, 40.0, 61.3])
@pytest.mark.parametrize("mood", MOODS)
def test_the_end_is_a_cadence(mood: Mood, seconds: float) -> None:
    """Bars lie end to end; the last chord is home and long enough to die away, the one before it the mood's cadence."""
    cues = (*always("calm"), MusicCue(start=1.0, mood=mood))
    bars = composer._bars(cues if mood != "calm" else always(mood), round(seconds * RATE_HZ))
    assert [bar.begin for bar in bars] == [0, *(bar.end for bar in bars[:-1])]
    assert bars[-1].end == round(seconds * RATE_HZ)
    assert [bar.closing for bar in bars] == [False] * (len(bars) - 1) + [True]
    assert (bars[-1].chord, bars[-2].chord) == (0, MOOD_MUSIC[mood].cadence)
    assert bars[-1].end - bars[-1].begin >= min(5.5, (seconds - 1) / 2) * RATE_HZ - 1


def test_same_order_gives_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Three threads at once and another process with another hash seed write the same file."""
    paths = [tmp_path / f"{n}.wav" for n in range(3)]
    cues = (*always("tense"), MusicCue(start=1.5, mood="playful"))
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda path: OfflineComposer().compose(cues, 3.0, 9, path), paths))
    code = (
        "import sys, pathlib; from blocks.offline.music.composer import OfflineComposer as C;"
        "from studio.planning.moods import MusicCue as M;"
        "C().compose((M(start=0, mood='tense'), M(start=1.5, mood='playful')), 3.0, 9, pathlib.Path(sys.argv[1]))"
    )
    elsewhere = tmp_path / "elsewhere.wav"
    root = Path(__file__).parents[4]
    subprocess.run(
        [sys.executable, "-c", code, elsewhere], check=True, cwd=root, env={"PYTHONHASHSEED": "3"}, timeout=60
    )
    assert len({path.read_bytes() for path in [*paths, elsewhere]}) == 1


@pytest.mark.thorough
def test_memory_does_not_grow_with_the_film() -> None:
    """Blocks are of one size, and of the sounds only so many are kept; one that was dropped comes again the same."""
    blocks = [len(block) for block in composer._score(composer._bars(always("calm"), 20 * RATE_HZ), 20 * RATE_HZ, 0)]
    assert (sum(blocks), max(blocks)) == (20 * RATE_HZ, orchestra.BLOCK)
    players = Orchestra(0)
    first = players.pad("calm", 0).copy()
    for mood in MOODS[:7]:
        for number in range(2):
            players.pad(mood, number)
    assert len(players._pads) == orchestra.HELD_PADS
    assert ("calm", 0) not in players._pads
    assert (players.pad("calm", 0) == first).all()
    for pitch in range(orchestra.HELD_NOTES + 5):
        players.note("pluck", 30 + pitch)
    assert len(players._notes) == orchestra.HELD_NOTES


def test_a_pad_loops_without_a_seam() -> None:
    """From a pad's last sample to its first is no further than between its neighbours."""
    pad = Orchestra(1).pad("wonder", 1)
    assert np.abs(pad[0] - pad[-1]).max() <= np.abs(np.diff(pad, axis=0)).max()


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_an_impossible_length_is_refused(seconds: float, tmp_path: Path) -> None:
    """A wrong length is our error, before anything is written."""
    with pytest.raises(EngineFailed, match="seconds long"):
        OfflineComposer().compose(always("calm"), seconds, 0, tmp_path / "score.wav")
    assert not (tmp_path / "score.wav").exists()


@pytest.mark.parametrize("starts", [(), (1.0,), (0.0, 2.0, 2.0), (0.0, 3.0, 2.0)])
def test_impossible_cues_are_refused(starts: tuple[float, ...], tmp_path: Path) -> None:
    """Cues that do not begin at 0 or go back are our error, before anything is written."""
    with pytest.raises(EngineFailed, match="cues"):
        OfflineComposer().compose(
            tuple(MusicCue(start=start, mood="calm") for start in starts), 4.0, 0, tmp_path / "score.wav"
        )
    assert not (tmp_path / "score.wav").exists()
