"""The benchmark of the renderer measures like with like, and the crew of the flow's benchmark makes a film."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.production import stages
from studio.video.encoder import probe
from tests.bench import instant, ways
from tests.bench.render import differing, x264_of
from tests.support.films.filming import filmed, opened

FRAMES = 6
LEAST = {"ours": 0.95, "ours-whole": 0.0, "moviepy-frames": 0.95, "encoder": 0.95, "moviepy": 0.93, "zoompan": 0.83}
"""A way that shows another move than the reference falls to 0.8 and less. A whole clip slows a move that is too fast,
as it is in so few frames."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("ways")
    ways.paint(made / "still.png")
    ways.write_reference(made / "still.png", FRAMES, made / "reference.mkv")
    ways.WAYS["ours"](made / "still.png", FRAMES, made / "mine.mp4")()
    return made


@pytest.mark.thorough
@pytest.mark.parametrize("way", ways.WAYS)
def test_every_way_shows_the_same_move_by_the_same_encoder(way: str, folder: Path) -> None:
    """Each way's clip has all frames, x264's options as ours, and looks like the reference."""
    out = folder / f"{way}.mp4"
    ways.WAYS[way](folder / "still.png", FRAMES, out)()
    assert probe(out).frames == FRAMES
    assert differing(x264_of(out), x264_of(folder / "mine.mp4")) == []
    assert ways.ssim(out, folder / "reference.mkv") >= LEAST[way]


def test_the_instant_crew_makes_a_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stage calls the engines of the benchmark as it calls others, so that its flow ends with a film."""
    monkeypatch.setattr(stages, "assemble", instant.assemble)
    monkeypatch.setattr(stages, "film_faults", instant.film_faults)
    folder = opened(tmp_path)
    filmed(folder, instant.instant_crew())
    assert (folder / "film.mp4").read_bytes() == b"film"
