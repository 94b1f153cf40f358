"""How steadily the picture stands where the camera's path says: the displacement of every frame, measured.

The metric: a texture known at every point is filmed, each frame is compared with what the path would show at this
place, and the shift that explains the difference best (least squares over the slopes, Lucas and Kanade, 1981) is how
far the frame lies beside its path. Jitter is the root mean square of that shift's change from frame to frame.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
from PIL import Image

from studio.model.camera import CAMERAS, Move
from studio.video import still_clip
from studio.video.camera import compile_move
from studio.video.camera_path import Maps, calm, frame_maps
from studio.video.planes import crop_to, to_planes
from studio.video.still_clip import draw_frames
from tests.support.media import Floats, texture

SHAPES = {"16:9": (256, 144), "9:16": (108, 192), "1:1": (144, 144), "4:3": (192, 144), "21:9": (280, 120)}
MOST_PX = 0.02
FRAMES = 6
RIM, STEP = 12, 2


def _filmed(move: Move, size: tuple[int, int], beside: Sequence[float] = (0.0,) * FRAMES) -> tuple[list[Floats], Maps]:
    """Frames of the texture as luma, and the map to the texture that each should follow; `beside` shifts the drawn
    frames to the right by so many pixels."""
    wide, high = (2 * round(still_clip._LEAST_CANVAS * side / 2) for side in size)
    y, x = np.mgrid[0 : 2 * high, 0 : 2 * wide].astype(np.float64)
    picture = Image.fromarray(np.rint(texture(x, y)).astype(np.uint8)).convert("RGB")
    canvas = to_planes(crop_to(picture, (wide, high)))
    ideal = frame_maps(move, FRAMES, 24, (wide, high), size, 3)
    drawn = []
    for draw, shift in zip(draw_frames(canvas, move, FRAMES, 24, size, 3), beside, strict=True):
        planes = tuple(np.zeros((size[1] // k, size[0] // k), np.uint8) for k in (1, 2, 2))
        assert isinstance(draw, partial)
        luma_map = draw.args[1]
        luma_map[:] = luma_map @ np.array([[1, 0, -shift], [0, 1, 0], [0, 0, 1]])
        draw(planes)  # type: ignore[arg-type]  # a tuple of three, built in a loop
        drawn.append(planes[0].astype(np.float64))
    return drawn, ideal


def _displacements(drawn: list[Floats], ideal: Maps) -> Floats:
    """(frames, 2): how far each frame lies right of and below its path, in pixels."""
    high, wide = drawn[0].shape
    y, x = np.mgrid[RIM : high - RIM : STEP, RIM : wide - RIM : STEP].astype(np.float64)
    shifts = []
    for frame, seen in zip(drawn, ideal, strict=True):

        def path(dx: float, dy: float, seen: Floats = seen) -> Floats:
            at = seen @ np.stack([(x + dx).ravel(), (y + dy).ravel(), np.ones(x.size)])
            # The canvas is the picture at half its size: pixel centres at whole numbers.
            return 16 + texture(2 * at[0] / at[2] + 0.5, 2 * at[1] / at[2] + 0.5) * 219 / 255

        slopes = np.stack([path(0.5, 0) - path(-0.5, 0), path(0, 0.5) - path(0, -0.5)], axis=1)
        found, *_ = np.linalg.lstsq(slopes, path(0, 0) - frame[RIM:-RIM:STEP, RIM:-RIM:STEP].ravel(), rcond=None)
        shifts.append(found)
    return np.array(shifts)


def _jitter(shifts: Floats) -> float:
    return float(np.sqrt(np.mean(np.diff(shifts, axis=0) ** 2)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("camera", CAMERAS)
def test_every_move_is_steady_in_every_shape(camera: str, shape: str) -> None:
    """From frame to frame the picture lies where its path says, to within 0.02 px rms, aimed anywhere."""
    for aim, slowly in (((0.5, 0.5), False), ((0.31, 0.64), True)):
        move = compile_move(camera, "", 3, aim)[0]
        # In so few frames a move at a calm speed creeps, which is what rounding to whole pixels shows in most.
        move = calm(move, FRAMES, 24, SHAPES[shape], 3) if slowly else move
        shifts = _displacements(*_filmed(move, SHAPES[shape]))
        assert _jitter(shifts) < MOST_PX
        assert np.abs(shifts).max() < 0.05


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("camera", ["static", "slow pan left", "orbit", "handheld"])
def test_the_metric_sees_a_twentieth_of_a_pixel(camera: str, shape: str) -> None:
    """Frames drawn 0.05 px aside, every other one, are measured to be that, to a fifth of it: more than is let pass."""
    aside = [0.05 * (i % 2) for i in range(FRAMES)]
    shifts = _displacements(*_filmed(compile_move(camera, "", 3)[0], SHAPES[shape], aside))
    assert np.abs(shifts - np.array([aside, [0.0] * FRAMES]).T).max() < 0.01
    assert _jitter(shifts) > MOST_PX
