"""The embedded composer: exact length, level, width and sameness of a score."""

from __future__ import annotations

import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from studio.errors import EngineFailed
from studio.offline import composer
from studio.offline.composer import OfflineComposer

MOODS = ("hopeful", "melancholy", "tense")


def heard(path: Path) -> np.ndarray:
    """Read a score as floats, (n, 2), checking its format."""
    with wave.open(str(path)) as sheet:
        assert (sheet.getnchannels(), sheet.getsampwidth(), sheet.getframerate()) == (2, 2, 48000)
        return np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2").reshape(-1, 2) / 32768


def db(power: float) -> float:
    """Return a power in dB."""
    return 10 * float(np.log10(power + 1e-12))


@pytest.mark.parametrize("mood", MOODS)
def test_a_score_is_a_bed(mood: str, tmp_path: Path) -> None:
    """It begins and ends at nothing, never clips, lies near -20 dBFS, has width, and folds down to mono."""
    OfflineComposer().compose(mood, 15.0, 4, tmp_path / "score.wav.part")
    sound = heard(tmp_path / "score.wav.part")
    assert len(sound) == 15 * 48000
    assert not sound[[0, -1]].any()
    assert np.abs(sound).max() < 0.9
    assert -24 < db((sound**2).mean()) < -16
    second = (sound.reshape(15, -1) ** 2).mean(axis=1)
    assert second[0] < second[5] / 4 > second[-1]
    assert min(map(db, second[2:-4])) > -32
    assert 0.3 < np.corrcoef(sound.T)[0, 1] < 0.95
    assert db((sound.mean(axis=1) ** 2).mean()) - db((sound**2).mean()) > -2.0
    assert abs(sound.mean()) < 1e-3


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.2345678, 4.0, 7.291666666])
def test_the_length_is_exact(seconds: float, tmp_path: Path) -> None:
    """A score has round(seconds * 48000) samples, also where that is none."""
    made = OfflineComposer().compose("hopeful", seconds, 0, tmp_path / "score.wav")
    assert len(heard(tmp_path / "score.wav")) == round(seconds * 48000)
    assert made.seconds == round(seconds * 48000) / 48000


def test_moods_and_seeds_sound_different(tmp_path: Path) -> None:
    """No two moods and no two seeds give the same music."""
    orders = [("hopeful", 1), ("melancholy", 1), ("tense", 1), ("hopeful", 2)]
    scores = []
    for mood, seed in orders:
        OfflineComposer().compose(mood, 3.0, seed, tmp_path / "score.wav")
        scores.append(heard(tmp_path / "score.wav")[:, 0])
    alike = np.corrcoef(scores) - np.eye(len(orders))
    assert np.abs(alike).max() < 0.95


def test_same_order_gives_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Three threads at once and another process with another hash seed write the same file."""
    paths = [tmp_path / f"{n}.wav" for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda path: OfflineComposer().compose("tense", 3.0, 9, path), paths))
    code = (
        "import sys, pathlib; from studio.offline.composer import OfflineComposer as C;"
        "C().compose('tense', 3.0, 9, pathlib.Path(sys.argv[1]))"
    )
    elsewhere = tmp_path / "elsewhere.wav"
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", code, elsewhere], check=True, cwd=root, env={"PYTHONHASHSEED": "3"}, timeout=60
    )
    assert len({path.read_bytes() for path in [*paths, elsewhere]}) == 1


def test_sounds_are_made_once_however_long_the_film(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine bars need no more sounds, and no larger blocks, than four: memory does not grow with the film."""
    made: list[int] = []
    real = composer._Orchestra._in_room

    def count(self: composer._Orchestra, middle: composer.Ear, side: composer.Ear) -> np.ndarray:
        sound = real(self, middle, side)
        made.append(sound.nbytes)
        return sound

    monkeypatch.setattr(composer._Orchestra, "_in_room", count)
    samples = 75 * 48000
    blocks = [len(block) for block in composer._score("melancholy", samples, 0)]
    assert sum(blocks) == samples
    assert max(blocks) <= composer.BLOCK
    assert len(made) <= 4 + 16
    assert sum(made) < 60e6


@pytest.mark.parametrize(("mood", "seconds"), [("sad", 4.0), ("hopeful", -1.0), ("hopeful", float("nan"))])
def test_an_impossible_order_is_refused(mood: str, seconds: float, tmp_path: Path) -> None:
    """An unknown mood or length is our error, before anything is written."""
    with pytest.raises(EngineFailed):
        OfflineComposer().compose(mood, seconds, 0, tmp_path / "score.wav")
    assert not (tmp_path / "score.wav").exists()
