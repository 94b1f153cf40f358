"""What stands around pictures does not move, covers what it should, and is there on cards and in clips."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import av
import numpy as np
import pytest
from PIL import Image

from studio.model.camera import Move, Pose
from studio.model.film import Cue
from studio.model.style import Frame, StyleSettings
from studio.video.cards import title_card
from studio.video.conform import conform_clip
from studio.video.planes import to_planes
from studio.video.still_clip import render_still
from studio.video.style_frame import frame_for

FRAMES = get_args(Frame)[1:]
SIZES = ((192, 108), (108, 192), (128, 128))
MOVE = Move(start=Pose(x=-1, y=0, zoom=1.3), end=Pose(x=1, y=0, zoom=1.3))


def drawn(frame: Frame, size: tuple[int, int], grey: int = 120) -> np.ndarray:
    planes = to_planes(np.full((size[1], size[0], 3), grey, np.uint8))
    around = frame_for(StyleSettings(frame=frame), size)
    assert around is not None
    around.draw(planes)
    return planes[0].astype(np.float64)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_leaves_the_middle_free(frame: Frame) -> None:
    """In every shape of film it is seen, and the middle of the picture shows through it."""
    for size in SIZES:
        plain = to_planes(np.full((size[1], size[0], 3), 120, np.uint8))[0].astype(np.float64)
        look = drawn(frame, size)
        width, height = size
        middle = np.s_[height * 4 // 10 : height * 6 // 10, width * 4 // 10 : width * 6 // 10]
        assert np.abs(look - plain).mean() > 0.5, size
        assert np.abs(look - plain)[middle].mean() < 20, size


def test_no_two_frames_look_alike() -> None:
    """Each is told from every other."""
    looks = [drawn(frame, (192, 108)) for frame in FRAMES]
    for place, look in enumerate(looks):
        assert all(np.abs(look - other).mean() > 1 for other in looks[:place]), FRAMES[place]


def frames_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="gray").astype(np.float64) for frame in film.decode(video=0)]


def test_it_stands_still_while_the_camera_moves(tmp_path: Path) -> None:
    """In a pan over a striped picture the bars above and below stay black, and only the picture moves."""
    stripes = np.zeros((108, 192, 3), np.uint8)
    stripes[:, ::16] = stripes[:, 1::16] = 255
    settings = StyleSettings(frame="letterbox")
    render_still(Image.fromarray(stripes), MOVE, 12, 24, (192, 108), 1, (), tmp_path / "a.mp4", settings=settings)
    first, *_, last = frames_of(tmp_path / "a.mp4")
    assert first[:10].max() < 24
    assert last[:10].max() < 24
    assert np.abs(first[40:68] - last[40:68]).mean() > 5


def test_a_clip_of_ones_own_looks_as_the_crew_s_do(tmp_path: Path) -> None:
    """Frame and captions are drawn over it, also where it is as it would be encoded; without a style it is copied."""
    grey, cues = Image.new("RGB", (192, 108), (120, 120, 120)), (Cue(start=2, end=5, text="Good evening."),)
    settings = StyleSettings(frame="banner", captions="strip")
    bare, crews, own = (tmp_path / name for name in ("bare.mp4", "crews.mp4", "own.mp4"))
    render_still(grey, Move(), 6, 24, (192, 108), 1, (), bare)
    for shown in (cues, ()):
        render_still(grey, Move(), 6, 24, (192, 108), 1, shown, crews, settings=settings)
        conform_clip(bare, 0.0, None, 6, 24, (192, 108), shown, own, settings=settings)
        for one, other in zip(frames_of(crews), frames_of(own), strict=True):
            assert np.abs(one.astype(float) - other).max() < 40  # two encodings
    conform_clip(bare, 0.0, None, 6, 24, (192, 108), (), own, settings=StyleSettings(captions="strip"))
    assert own.read_bytes() == bare.read_bytes()


def test_without_settings_nothing_is_drawn(tmp_path: Path) -> None:
    """The default of every setting gives the clip that there is without a style, frame for frame."""
    picture = Image.fromarray(np.full((108, 192, 3), 90, np.uint8))
    cues = (Cue(start=0, end=4, text="A line"),)
    for name, settings in (("a", None), ("b", StyleSettings())):
        render_still(picture, MOVE, 6, 24, (192, 108), 1, cues, tmp_path / f"{name}.mp4", settings=settings)
    assert np.array_equal(frames_of(tmp_path / "a.mp4"), frames_of(tmp_path / "b.mp4"))


@pytest.mark.parametrize("captions", ["box", "strip", "plain"])
def test_captions_have_the_look_of_the_style(captions: str, tmp_path: Path) -> None:
    """What is behind them is another one for each look, and letters are seen on it."""
    picture = Image.fromarray(np.full((216, 384, 3), 90, np.uint8))
    cues = (Cue(start=0, end=6, text="A line"),)
    looks = []
    for name in ("shadow", captions):
        settings = StyleSettings.model_validate({"captions": name})
        render_still(picture, MOVE, 6, 24, (384, 216), 1, cues, tmp_path / "c.mp4", settings=settings)
        looks.append(frames_of(tmp_path / "c.mp4")[2][160:205])
    assert np.abs(looks[0] - looks[1]).mean() > 0.5
    assert looks[1].max() - looks[1].min() > 60


def test_cards_have_the_colours_of_the_style(tmp_path: Path) -> None:
    """Paper, ink and frame of a style are on its title card."""
    settings = StyleSettings(paper="#fdfaf1", ink="#4a3b32", frame="page", lettering="plain")
    title_card("A Boat", (192, 108), 24, 24, 1, tmp_path / "t.mp4", settings=settings)
    middle = frames_of(tmp_path / "t.mp4")[12]
    assert middle.mean() > 180
    assert middle.min() < 120
