"""Make still pictures, and measure clips, for the tests of moving pictures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALL = (256, 144)
Floats = NDArray[np.float64]

_RNG = np.random.default_rng(5)
_WAVES = [(*_RNG.uniform(-1, 1, 2) / period, _RNG.uniform(0, 6.28)) for period in (14, 17, 22, 27, 35, 60, 110, 150)]


def texture(x: Floats, y: Floats) -> Floats:
    """Return the brightness, 28 to 228, of a picture defined everywhere, with pixel centres at whole numbers.

    It has no wave shorter than 14 px.
    """
    waves = sum(np.sin(2 * np.pi * (fx * x + fy * y) + phase) for fx, fy, phase in _WAVES)
    return np.asarray(128 + 100 * waves / len(_WAVES), dtype=np.float64)


def still(path: Path, size: tuple[int, int] = (512, 288)) -> Path:
    """Write `texture` as a grey PNG."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float64)
    Image.fromarray(np.rint(texture(x, y)).astype(np.uint8)).save(path)
    return path


def luma(path: Path) -> list[NDArray[np.uint8]]:
    """Decode a clip and return the Y plane of every frame."""
    with av.open(str(path)) as clip:
        return [frame.to_ndarray()[: frame.height, : frame.width].astype(np.uint8) for frame in clip.decode(video=0)]


def follow(frames: list[NDArray[np.uint8]]) -> tuple[Floats, Floats]:
    """Find where points of the first frame are in the last: two (n, 2) arrays of x, y in pixels from the centre."""
    start = cv2.goodFeaturesToTrack(frames[0], 200, 0.02, 5)
    assert start is not None
    here, alive = start, np.ones(len(start), dtype=bool)
    for before, after in pairwise(frames):
        here, found, _ = cv2.calcOpticalFlowPyrLK(before, after, here, np.zeros_like(here))
        alive &= found.ravel() == 1
    high, wide = frames[0].shape
    middle = (wide / 2, high / 2)
    end = here.reshape(-1, 2)
    inside = alive & (end > 4).all(axis=1) & (end[:, 0] < wide - 4) & (end[:, 1] < high - 4)
    return start.reshape(-1, 2)[inside] - middle, end[inside] - middle


def drift_and_growth(frames: list[NDArray[np.uint8]]) -> tuple[float, float, float]:
    """Measure how the content moves from the first to the last frame: (right, down, growth), in pixels and a factor."""
    start, end = follow(frames)
    matrix, _ = cv2.estimateAffinePartial2D(start, end)
    return float(matrix[0, 2]), float(matrix[1, 2]), float(np.hypot(matrix[0, 0], matrix[1, 0]))
