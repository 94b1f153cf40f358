"""Roads and rivers: a path on flat ground, seen in perspective, so that it narrows and bends as real ones do.

Ground coordinates: `across` is the distance from the middle in units, as seen at depth 1; `depth` is 1 at the lower
edge of the frame and grows with the distance. A point is seen at row `row + (height - row) / depth`, with `row` that of
the horizon, and its distance from the middle is divided by its depth.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting, soften
from blocks.offline.painter.canvas.noise import F32, clouds, fork
from blocks.offline.painter.canvas.palettes import mix, rgb

PASSING_DEPTH = 1.55
"""Depth of a road that runs across the frame."""


class Path(NamedTuple):
    """The middle line of a road or river, (n,) float32 each, nearest first, and its half width in units."""

    across: F32
    depth: F32
    half: float


class Spot(NamedTuple):
    """Where a thing stands and how large it is: its column, the row of its foot and its height, in pixels."""

    x: float
    foot: float
    height: float


def winding(painting: Painting, half: float) -> Path:
    """Return a path that begins below the frame and winds away towards the light, with random bends.

    Args:
        half: its half width in units; a narrow frame gets a narrower path.
    """
    rng = painting.rng
    t = np.linspace(0, 1, 140, dtype=np.float32)
    depth = np.float32(0.8) * np.exp(t * np.float32(np.log(40)))
    start, phase, turns = rng.uniform(0.10, 0.36) * painting.side, rng.uniform(0, 6.28), rng.uniform(3.2, 5.2)
    # In perspective, distant bends shrink to nothing: the further they are, the wider they must be.
    swing = rng.uniform(0.20, 0.34) * np.sin(turns * t**1.2 + phase) * depth**0.82
    swing -= swing[0] * depth / depth[0] * np.exp(-t * 6)
    # A narrow frame must show the banks too.
    room = min(1.0, painting.canvas.width / (painting.canvas.unit * 16 / 9))
    across = (start + swing) * room + painting.side * 0.16 * (depth - 1) * t
    # No bend may look level, or it would be a line: the further away, the more steeply the path rises in the frame.
    seen, rise = across / depth, 1 / depth
    steepest = 0.08 + 0.66 * np.clip(rise[1:] * 1.7, 0, 1)
    turn = steepest * np.tanh(np.diff(seen) / np.diff(rise) / steepest)
    seen = seen[0] + np.concatenate([[0], np.cumsum(turn * np.diff(rise))])
    return Path((seen * depth).astype(np.float32), depth, half * room)


def passing(painting: Painting) -> Path:
    """Return a path that crosses the frame in front of the viewer, then bends away to the hills under the light."""
    side = np.float32(-painting.side)
    wide = painting.canvas.width / painting.canvas.unit
    knots = np.array(
        [
            (wide * 1.4, 1.50),
            (wide * 0.9, 1.52),
            (wide * 0.35, PASSING_DEPTH),
            (-0.10, 1.60),
            (-0.58, 1.84),
            (-0.90, 2.5),
            (-1.02, 3.7),
            (-1.25, 6.0),
            (-2.3, 10.0),
            (-4.4, 17.0),
            (-8.2, 34.0),
        ],
        np.float32,
    )
    where, fine = np.arange(len(knots)), np.linspace(0, len(knots) - 1, 260)
    line = np.stack([np.interp(fine, where, knots[:, 0]), np.exp(np.interp(fine, where, np.log(knots[:, 1])))], 1)
    kernel = np.hanning(41)[:, None]
    padded = np.pad(line, ((20, 20), (0, 0)), "edge")
    smooth = np.stack([np.convolve(padded[:, c], kernel[:, 0] / kernel.sum(), "valid") for c in (0, 1)], 1)
    return Path((smooth[:, 0] * side).astype(np.float32), smooth[:, 1].astype(np.float32), 0.30)


def row_of(painting: Painting, row: float, depth: float) -> float:
    """Return the row in which the ground at `depth` is seen, with the horizon at `row`."""
    return row + (painting.canvas.height - row) / depth


def _strip(painting: Painting, row: float, path: Path, left: float, right: float, rag: F32 | None = None) -> F32:
    """Return the outline, (2n, 2) pixels, of the strip of a path from `left` to `right` (shares of its half width)."""
    canvas = painting.canvas
    line = np.stack([path.across, path.depth], 1)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    normal = np.stack([along[:, 1], -along[:, 0]], 1)
    # The strip ends in a point, where it is too far to be seen.
    point = np.clip((1 / path.depth - 1 / path.depth[-1]) / np.float32(0.17), 0, 1)
    sides = []
    for share, turn in ((left, 0), (right, 1)):
        out = np.full(len(line), share * path.half, np.float32)
        if rag is not None:
            out += rag[turn] * np.sign(share)
        at = line + normal * (out * point)[:, None]
        depth = np.maximum(at[:, 1], 0.55)
        middle = canvas.width * 0.5
        sides.append(np.stack([middle + at[:, 0] / depth * canvas.unit, row + (canvas.height - row) / depth], 1))
    return np.concatenate([sides[0], sides[1][::-1]]).astype(np.float32)


def _mask(painting: Painting, top: int, *outlines: F32) -> F32:
    canvas = painting.canvas
    mask: U8 = np.zeros((canvas.height - top, canvas.width), np.uint8)
    for outline in outlines:
        half = len(outline) // 2
        left, right = outline[:half], outline[half:][::-1]
        # It is filled piece by piece: the sides of a tight bend cross each other, and a crossed outline has holes.
        for k in range(half - 1):
            piece = np.stack([left[k], left[k + 1], right[k + 1], right[k]]) - (0, top)
            cv2.fillConvexPoly(mask, np.round(np.clip(piece, -8000, 8000) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    return np.asarray(mask.astype(np.float32) / np.float32(255), np.float32)


def _worn(painting: Painting, path: Path, deep: float) -> F32:
    """Return how far each edge is off its line, (2, n) in units: the edges of a road or river are worn."""
    own = fork(painting.rng)
    n = len(path.depth)
    steps = [np.convolve(own.normal(0, 1, n + 8), np.ones(9) / 3, "valid") for _ in range(2)]
    return (np.stack(steps) * deep * path.half).astype(np.float32)


def paint_road_along(painting: Painting, row: float, path: Path) -> None:
    """Paint a country road with two ruts, and grass between them and over its edges; the hills' foot is at `row`."""
    canvas, light = painting.canvas, painting.light
    top = int(row)
    rag = _worn(painting, path, 0.05)
    body = _mask(painting, top, _strip(painting, row, path, -1, 1, rag))
    # Only the edges are worn, not the ruts: wheels keep their line.
    ruts = _mask(painting, top, *(_strip(painting, row, path, a - 0.11, a + 0.11) for a in (-0.46, 0.46)))
    ridge = _mask(painting, top, _strip(painting, row, path, -0.15, 0.15, rag * 0.3))
    size = canvas.width, canvas.height - top
    dust = 0.96 + 0.08 * clouds(painting.rng, size, 90, 3, 0.5)
    depth = (canvas.y[top:] - np.float32(row)) / np.float32(canvas.height - row)
    lit = 1 + 0.38 * light.strength * np.exp(-(((canvas.x - painting.sun_x) / np.float32(canvas.width * 0.20)) ** 2))
    base = mix(mix(light.haze, rgb("c9b28c"), 0.45), light.near, 0.30)
    tone = base[:, None, None] * (dust * lit * (1.06 - 0.34 * depth))
    seen = _out_of_mist(depth)
    canvas.cover(body * seen, tone.astype(np.float32), 0, top)
    soft = max(0.8, canvas.unit * 0.0016)
    canvas.cover(soften(ruts, soft) * np.float32(0.42) * seen, base * np.float32(0.58), 0, top)
    grass = mix(light.near, base, 0.22)
    canvas.cover(soften(ridge, soft) * np.float32(0.50) * np.clip(depth * 2, 0, 1), grass, 0, top)
    _paint_tufts(painting, row, path, rag)


def _paint_tufts(painting: Painting, row: float, path: Path, rag: F32) -> None:
    """Paint grass that leans over both edges of a road or river."""
    canvas, own = painting.canvas, fork(painting.rng)
    mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
    outline = _strip(painting, row, path, -1, 1, rag)
    n = len(outline) // 2
    step = np.hypot(*np.diff(outline, axis=0).T)
    for k in np.flatnonzero(step < canvas.width):
        if k == n - 1:
            continue
        (x, y), (to_x, to_y) = outline[k], outline[k + 1]
        near = (y - row) / (canvas.height - row)
        for _ in range(min(60, int(step[k] / (1.5 + canvas.unit * 0.006 * near)) + 1)):
            s = own.random()
            at_x, at_y = x + (to_x - x) * s, y + (to_y - y) * s + canvas.unit * 0.004 * near
            tall = canvas.unit * 0.034 * near * own.uniform(0.3, 1.1)
            lean, half = tall * own.normal(0, 0.28), max(0.5, canvas.unit * 0.0026 * near)
            blade = [(at_x - half, at_y), (at_x + half, at_y), (at_x + lean, at_y - tall)]
            cv2.fillPoly(mask, [np.round(np.clip(blade, -2000, 9000) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    seen = _out_of_mist((canvas.y - np.float32(row)) / np.float32(canvas.height - row) - np.float32(0.03))
    canvas.cover(mask.astype(np.float32) / np.float32(255) * seen, painting.light.near * np.float32(0.86))


def _out_of_mist(depth: F32) -> F32:
    """Return how much of a path the mist lets through, 0 to 1; `depth` is 0 at the hills' foot, 1 at the lower edge."""
    return np.asarray(np.clip(depth * 8 - 0.2, 0, 1), np.float32)


def paint_river_along(painting: Painting, row: float, path: Path) -> None:
    """Paint a river between its banks, which mirrors what is above it, and set `painting.water`.

    The foot of the hills is at `row`, where there is mist.
    """
    canvas, light = painting.canvas, painting.light
    top = int(row)
    rows = canvas.height - top
    rag = _worn(painting, path, 0.075)
    depth = np.clip((canvas.y[top:] - np.float32(row)) / np.float32(rows), 0.004, 1)
    body = _mask(painting, top, _strip(painting, row, path, -1, 1, rag))
    bank = _mask(painting, top, _strip(painting, row, path, -1.13, 1.13, rag * 1.3))
    ripple = clouds(painting.rng, (canvas.width, rows), 46, 3, 0.10) - np.float32(0.5)
    source = np.clip(
        np.float32(top - 2)
        - np.arange(rows, dtype=np.float32)[:, None] * np.float32(1.5)
        + ripple * np.float32(canvas.unit * 0.10) * depth,
        0,
        top - 1,
    ).astype(np.float32)
    across = np.clip(canvas.x + ripple * np.float32(canvas.unit * 0.03), 0, canvas.width - 1).astype(np.float32)
    gleam = np.exp(-(((canvas.x - painting.sun_x) / np.float32(canvas.unit * 0.10)) ** 2)) * np.float32(light.strength)
    gleam = gleam * np.clip(0.45 + ripple * 3.2, 0, 1) * (0.35 + 0.65 * (1 - depth)) * np.float32(0.75)
    colour = np.stack(
        [
            cv2.remap(p[:top], across, source, cv2.INTER_LINEAR) * (np.float32(0.94) - np.float32(0.20) * depth)
            + ripple * 0.10
            + gleam * (sun - 0.3)
            for p, sun in zip(canvas.planes, light.sun, strict=True)
        ]
    )
    # Distant water has no edge: it disappears in the mist.
    misty = np.clip(1 - depth * 4, 0, 1) * np.float32(0.55)
    colour += (light.haze[:, None, None] - colour) * misty
    reach = _out_of_mist(depth)
    canvas.cover((bank * np.float32(0.55) * reach).astype(np.float32), light.near * np.float32(0.62), 0, top)
    canvas.cover((body * reach).astype(np.float32), colour.astype(np.float32), 0, top)
    _paint_tufts(painting, row, Path(path.across, path.depth, path.half * 1.10), rag)
    painting.water = np.zeros((canvas.height, canvas.width), np.float32)
    painting.water[top:] = body


_DRY = 0.02
"""Distance between a thing and the water, in units."""


def on_bank(painting: Painting, at: Spot, left: float, right: float) -> Spot:
    """Return the dry spot nearest to the wanted spot `at`; `at` itself without a river, or where there is no such spot.

    There the thing is clear of the river with its whole width, and of what stands there already if possible; where the
    bank is too narrow, it is further away, and therefore smaller.

    Args:
        left: how far it reaches to the left of its column, as a share of its height; < 0.
        right: how far it reaches to the right.
    """
    canvas, water = painting.canvas, painting.water
    if water is None:
        return at
    head = float(np.flatnonzero(water.max(1) > 0.5)[0])
    taken = [(x - 0.3 * tall, x + 0.3 * tall) for x, _, tall in painting.placed.values()]
    for up, crowded in ((0.55, False), (0.10, False), (0.10, True)):
        for further in (1.0, 1.12, 1.28, 1.5, 1.8, 2.2, 2.6):
            foot, tall = head + (at.foot - head) / further, at.height / further
            rows = water[max(0, int(foot - up * tall)) : int(foot + canvas.unit * 0.01) + 1]
            columns = np.concatenate([[0], np.cumsum(rows.max(0) > 0.3)])
            xs = np.arange(-left * tall + canvas.width * 0.01, canvas.width * 0.99 - right * tall, 2.0)
            reach = canvas.unit * _DRY
            low, high = (
                np.clip(xs + v, 0, canvas.width).astype(int) for v in (left * tall - reach, right * tall + reach)
            )
            free = columns[high] == columns[low]
            for start, end in () if crowded else taken:
                free &= (xs + right * tall < start) | (xs + left * tall > end)
            if free.any():
                xs = xs[free]
                return Spot(float(xs[np.argmin(np.abs(xs - at.x))]), foot, tall)
    return at


def on_water(painting: Painting, at: Spot, half: float) -> Spot:
    """Return the spot where a boat floats on the river and is seen largest, in the middle of the water; else `at`.

    Args:
        half: half its length, as a share of its height. In a narrow river the boat is smaller, but at least 0.4 of its
            size.
    """
    canvas, water = painting.canvas, painting.water
    if water is None:
        return at
    head = float(np.flatnonzero(water.max(1) > 0.5)[0])
    best, most = at, -1.0
    for share in np.linspace(0.30, 0.86, 15):
        row = head + (canvas.height - head) * float(share)
        wet = np.flatnonzero(water[min(int(row), canvas.height - 1)] > 0.5)
        if not len(wet):
            continue
        # The longest stretch of water in this row.
        start, end = max(
            ((int(run[0]), int(run[-1])) for run in np.split(wet, np.flatnonzero(np.diff(wet) > 1) + 1)),
            key=lambda run: run[1] - run[0],
        )
        tall = float(np.clip((end - start) / (2.9 * half), at.height * 0.4, at.height * (0.35 + 0.75 * float(share))))
        middle = float(np.clip((start + end) / 2, half * tall + canvas.width * 0.02, canvas.width * 0.98 - half * tall))
        score = min(tall, (end - start) / (2.9 * half)) - abs(middle - (start + end) / 2)
        if score > most:
            best, most = Spot(middle, row, tall), score
    return best
