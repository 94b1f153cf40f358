"""Random textures: fractal noise in one and two dimensions, all from a seeded generator.

It is fractional Brownian motion, made by enlarging small random grids with a cubic filter: thousands of times faster in
numpy than a noise computed pixel by pixel. Values are about 0 to 1 with mean 0.5 (cubic overshoot stays under 0.1).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
Rng = np.random.Generator


def fork(rng: Rng) -> Rng:
    """Return a new generator, seeded by one number from `rng`, for code that draws as many numbers as it has pixels.

    `rng` then draws as many numbers at any size of the frame, so the picture's content does not change with the size.
    """
    return np.random.default_rng(int(rng.integers(1 << 62)))


def clouds(
    rng: Rng, size: tuple[int, int], cells: float = 4, octaves: int = 5, stretch: float = 1.0, gain: float = 0.5
) -> F32:
    """Return (height, width) float32 fractal noise for a `size` of (width, height).

    Args:
        cells: grid cells over the height in the first octave; doubled in each following one.
        stretch: a value under 1 stretches features sideways.
        gain: weight of an octave relative to the one before.
    """
    width, height = size
    rng = fork(rng)
    # Half the size is enough for anything soft, and costs a quarter of the time.
    half = max(2, width // 2), max(2, height // 2)
    total, weight, weights = np.zeros((half[1], half[0]), np.float32), 1.0, 0.0
    for octave in range(octaves):
        down = max(3, int(cells * 2**octave))
        across = max(3, int(cells * 2**octave * stretch * width / height))
        if octave and down > half[1] and across > half[0]:
            break
        grid = rng.random((min(down, half[1]), min(across, half[0])), dtype=np.float32)
        total += weight * cv2.resize(grid, half, interpolation=cv2.INTER_CUBIC)
        weights += weight
        weight *= gain
    total /= weights
    return np.asarray(cv2.resize(total, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def skyline(rng: Rng, count: int, cells: float, octaves: int = 7, gain: float = 0.5, ridged: bool = False) -> F32:
    """Return `count` float32 values of one-dimensional fractal noise, 0 to 1; `ridged` gives sharp crests."""
    total, weight, weights = np.zeros(count), 1.0, 0.0
    rng = fork(rng)
    for octave in range(octaves):
        knots = rng.random(int(cells * 2**octave) + 3)
        where = np.linspace(0, len(knots) - 2.001, count)
        at = where.astype(int)
        part = where - at
        part = part * part * (3 - 2 * part)
        value = knots[at] * (1 - part) + knots[at + 1] * part
        total += weight * (1 - np.abs(2 * value - 1) if ridged else value)
        weights += weight
        weight *= gain
    return np.asarray(total / weights, np.float32)
