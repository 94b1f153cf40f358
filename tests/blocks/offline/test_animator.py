"""The offline animator keeps the contract of `studio.model.engines.Animator`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.offline.animator import OfflineAnimator
from studio.model.camera import Aim
from studio.model.engines import Animator
from studio.model.film import Cue
from tests.support.media import SMALL, luma, still


def test_animates_and_tells_what_it_cannot(tmp_path: Path) -> None:
    """A clip of exactly the frames asked for, with what was measured, and the words left over by name."""
    animator: Animator = OfflineAnimator()
    ticks: list[int] = []
    made = animator.animate(
        still(tmp_path / "shot.png"),
        "dolly in",
        "waves crash",
        25,
        25,
        SMALL,
        5,
        (Cue(start=0, end=25, text="Light 灯"),),
        None,
        tmp_path / "shot.mp4.part",
        ticks.append,
    )
    assert (made.width, made.height, made.frames, made.seconds) == (*SMALL, 25, 1.0)
    assert made.not_moved == ("waves", "crash")
    assert made.not_drawn == ("灯",)
    assert ticks == [12, 24]
    assert len(luma(tmp_path / "shot.mp4.part")) == 25
    assert (animator.engine, animator.model, animator.version) == ("offline", "animator", 3)


def _spot(path: Path, aim: Aim, size: tuple[int, int] = SMALL) -> Path:
    """Write a dark picture with one bright spot."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    away = np.hypot(x + 0.5 - aim[0] * size[0], y + 0.5 - aim[1] * size[1])
    Image.fromarray((40 + 180 * np.exp(-((away / 6) ** 2))).astype(np.uint8)).save(path)
    return path


def _brightest(frame: np.ndarray) -> np.ndarray:
    weight = np.clip(frame.astype(float) - 100, 0, None)
    y, x = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]]
    return np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum() / frame.shape[::-1]


@pytest.mark.parametrize("focus", [(0.2, 0.3), (0.75, 0.6), None])
def test_the_camera_goes_to_the_subject(tmp_path: Path, focus: Aim | None) -> None:
    """A dolly in brings the subject towards the middle, where it was told of and where it only stands out, and a dolly
    in on another place carries it away."""
    spot = focus or (0.75, 0.6)
    picture = _spot(tmp_path / "spot.png", spot)
    places = {}
    for name, told in (("aimed", focus), ("elsewhere", (1 - spot[0], 1 - spot[1]))):
        clip = tmp_path / name
        OfflineAnimator().animate(picture, "dolly in", "", 72, 24, SMALL, 5, (), told, clip, lambda _: None)
        places[name] = [float(np.abs(_brightest(frame) - 0.5).max()) for frame in luma(clip)[::71]]
    assert places["aimed"][1] < places["aimed"][0] - 0.015
    assert places["elsewhere"][1] > places["elsewhere"][0] + 0.03
