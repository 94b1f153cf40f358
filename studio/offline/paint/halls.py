"""Great rooms: a nave of columns with light falling in, and a theatre's stage under its spotlight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from studio.offline.paint.canvas import Colour, Stage, soften
from studio.offline.paint.noise import F32, clouds
from studio.offline.paint.palettes import mix, rgb
from studio.offline.paint.sky import gradient

_Perspective = Callable[[float, float, float], tuple[float, float]]

_Corners = list[tuple[float, float]]

_FAR = 3.4
"""Depth of a nave's end wall, in the depth of the frame."""


def fill(stage: Stage, points: list[tuple[float, float]], colour: Colour, opacity: float = 1.0) -> None:
    """Fill a polygon of pixels with a colour."""
    canvas = stage.canvas
    outline = np.array(points)
    left, top = (int(max(0, v)) for v in outline.min(0) - 1)
    right, bottom = int(min(canvas.width, outline[:, 0].max() + 2)), int(min(canvas.height, outline[:, 1].max() + 2))
    if left >= right or top >= bottom:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    corners = np.round(np.clip(outline - (left, top), -8000, 8000) * 16).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
    canvas.over(mask.astype(np.float32) * np.float32(opacity / 255), colour, left, top)


def shaft(stage: Stage, points: list[tuple[float, float]], strength: float, blur: float) -> None:
    """Screen a beam of light with dust in it over a polygon of pixels; `blur` in units."""
    canvas = stage.canvas
    mask = np.zeros((canvas.height, canvas.width), np.uint8)
    cv2.fillPoly(mask, [np.round(np.clip(np.array(points), -8000, 8000)).astype(np.int32)], 255)
    soft = soften(mask.astype(np.float32) / np.float32(255), canvas.unit * blur)
    soft *= (0.6 + 0.8 * clouds(stage.rng, (canvas.width, canvas.height), 5, 4)) * np.float32(strength)
    canvas.screen(soft, stage.light.sun)


def paint_hall(stage: Stage) -> None:
    """Paint a nave in one-point perspective: columns, pointed vaults, a lit window at its end, shafts from one side."""
    canvas, light = stage.canvas, stage.light
    stone = mix(light.haze, rgb("b5a184"), 0.5) * np.float32(0.85 + 0.6 * light.ambient)
    for plane, tone in zip(canvas.planes, gradient(light.sky, canvas.height), strict=True):
        plane[:] = tone[:, None] * 0.55
    middle, eye = canvas.width / 2, canvas.height * 0.56
    wide, tall, floor = min(canvas.width * 0.60, canvas.unit * 1.05), canvas.height * 0.92, canvas.height * 0.44

    def at(x: float, y: float, depth: float) -> tuple[float, float]:
        return middle + x * wide / depth, eye + (y * floor if y > 0 else y * tall) / depth

    stage.sun_x, stage.sun_y = middle, canvas.height * 0.3
    fill(stage, [at(-1, 1, _FAR), at(-1, -1, _FAR), at(1, -1, _FAR), at(1, 1, _FAR)], stone * np.float32(0.75))
    top, bottom = int(at(0, 1, _FAR)[1]), canvas.height
    depth = floor / np.maximum(canvas.y[top:bottom] - np.float32(eye), 1)
    across, along = (canvas.x - np.float32(middle)) * depth / np.float32(wide) * 5, depth * 7
    tiles = ((np.floor(across) + np.floor(along)) % 2) * 0.22 + 0.78
    fade = np.clip((depth - 1) / (_FAR - 1), 0, 1)
    for plane, tone, haze in zip(canvas.planes, stone * np.float32(0.62), light.haze, strict=True):
        plane[top:bottom] = tone * tiles * (0.75 + 0.3 * fade) + haze * 0.10 * fade
    half, head = wide / _FAR * 0.36, canvas.height * 0.30
    arch = [(middle + half * np.cos(t), eye - head * 0.62 - half * 1.25 * np.sin(t)) for t in np.linspace(0, np.pi, 15)]
    window = [(middle + half, eye - head * 0.05), *arch, (middle - half, eye - head * 0.05)]
    canvas.glow(middle, eye - head * 0.5, canvas.unit * 0.15, light.sun, 0.42 * light.strength)
    pane = np.minimum(mix(light.sun, rgb("dfe8ee"), 0.3), 1)
    fill(stage, window, pane * np.float32(0.93))
    lead, thick, sill = stone * np.float32(0.26), max(1.2, canvas.unit * 0.0028), eye - head * 0.05
    for k in (-1, 0, 1):
        # The bars end under the arch.
        over = eye - head * 0.62 - half * 1.25 * (1 - (k * 0.5) ** 2) ** 0.5
        bar_x = middle + k * half * 0.5
        fill(stage, [(bar_x - thick, sill), (bar_x - thick, over), (bar_x + thick, over), (bar_x + thick, sill)], lead)
    for share in (0.22, 0.42, 0.62):
        y = eye - head * share
        fill(stage, [(middle - half, y - thick), (middle + half, y - thick), (middle + half, y + thick),
                     (middle - half, y + thick)], lead)  # fmt: skip
    shafts = [_shaft_at(stage, at, depth) for depth in (2.55, 1.86, 1.38)]
    for depth_at in (3.0, 2.45, 2.0, 1.62, 1.3, 1.04):
        near = 1 - (depth_at - 1) / (_FAR - 1)
        _paint_bay(stage, at, depth_at, near, stone)
        for shaft_depth, beam, pool in shafts:
            if depth_at - 0.01 < shaft_depth < depth_at * 1.31 and shaft_depth < 3:
                # It falls in between two pairs of columns: what is nearer stands before it.
                fill(stage, pool, light.sun, 0.44 * light.strength)
                shaft(stage, beam, 0.44 * light.strength, 0.0055)
                _paint_motes(stage, beam)
    stage.horizon = float(top)
    stage.ground = np.full(canvas.width, canvas.height * 0.90, np.float32)


def _shaft_at(stage: Stage, at: _Perspective, depth: float) -> tuple[float, _Corners, _Corners]:
    """A shaft of light through a high side window at `depth`: its depth, its corners, and its pool on the floor."""
    side = stage.side
    first, second = depth * 1.10, depth * 0.97
    beam = [at(0.80 * side, -0.66, first), at(0.80 * side, -0.50, second), at(0.10 * side, 1, second * 0.97),
            at(-0.06 * side, 1, first * 0.98)]  # fmt: skip
    # The window's own shape, thrown long: an arch that points away from it.
    arch = [(-0.20 - 0.10 * float(np.sin(t)), first + (second - first) * t / np.pi) for t in np.linspace(0, np.pi, 9)]
    pool = [at(0.16 * side, 1, second), at(0.16 * side, 1, first)]
    return depth, beam, [*pool, *(at(x * side, 1, d) for x, d in arch)]


def _paint_motes(stage: Stage, beam: _Corners) -> None:
    """Let dust drift in a beam given by the corners of its window and of its patch: sharp, near and out of focus."""
    canvas, rng = stage.canvas, stage.rng
    first, second, near, far = (np.array(corner) for corner in beam)
    for radius, count, strength in ((0.0011, 150, 0.85), (0.0026, 24, 0.5), (0.007, 4, 0.12)):
        dots = np.zeros((canvas.height, canvas.width), np.uint8)
        for _ in range(count):
            along, across = rng.random() ** 0.8, rng.uniform(0.04, 0.96)
            left, right = first + (far - first) * along, second + (near - second) * along
            x, y = left + (right - left) * across
            size = max(0.6, canvas.unit * radius * float(rng.uniform(0.6, 1.4)))
            cv2.circle(dots, (int(x * 16), int(y * 16)), int(size * 16), int(rng.integers(90, 255)), -1, cv2.LINE_AA, 4)
        canvas.screen(dots.astype(np.float32) * np.float32(strength / 255), stage.light.sun)


def _paint_bay(stage: Stage, at: _Perspective, depth: float, near: float, stone: F32) -> None:
    """One pair of columns and the pointed arch that joins them, lit from the stage's side."""
    light = stage.light
    base = mix(stone, light.near, 0.12 + 0.42 * near)
    spring = -0.52
    outer = [(x, spring - 0.46 * (1 - abs(x) / 0.74) ** 0.62) for x in np.linspace(-0.74, 0.74, 25)]
    inner = [(x * 0.90, y + 0.06) for x, y in reversed(outer)]
    fill(stage, [at(x, y, depth) for x, y in (*outer, *inner)], base * np.float32(0.8))
    above = [(-2.4, spring), *outer, (2.4, spring), (2.4, -1.6), (-2.4, -1.6)]
    fill(stage, [at(x, y, depth) for x, y in above], base * np.float32(0.50), 0.55)
    for side in (-1, 1):
        shade = np.float32(1.15 if side != stage.side else 0.62)
        for left, right, tone in ((0.62, 0.80, 0.75), (0.66, 0.80, 0.9), (0.70, 0.755, 1.1)):
            points = [(side * left, 1.0), (side * left, spring), (side * right, spring), (side * right, 1.0)]
            fill(stage, [at(x, y, depth) for x, y in points], base * shade * np.float32(tone))
        for low, high in ((1.0, 0.90), (spring + 0.05, spring)):
            points = [(side * 0.58, low), (side * 0.60, high), (side * 0.84, high), (side * 0.86, low)]
            fill(stage, [at(x, y, depth) for x, y in points], base * shade * np.float32(0.85))


def paint_theatre(stage: Stage) -> None:
    """Paint a stage: curtains drawn aside, boards, a spotlight from above, and heads in the first row."""
    canvas, light, rng = stage.canvas, stage.light, stage.rng
    back = gradient(np.stack([rgb("07060a"), rgb("120c12"), rgb("24151a"), rgb("1a0f10")]), canvas.height)
    for plane, tone in zip(canvas.planes, back, strict=True):
        plane[:] = tone[:, None]
    floor = int(canvas.height * 0.74)
    rows = canvas.height - floor
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    towards = (canvas.x - canvas.width / 2) / (0.55 + depth) / np.float32(canvas.unit * 0.10)
    seam = np.clip(np.abs(towards - np.round(towards)) * 24, 0, 1) * 0.3 + 0.7
    pool_x, pool_y = canvas.width / 2 - stage.side * canvas.width * 0.15, canvas.height * 0.87
    pool = np.exp(-(((canvas.x - pool_x) / np.float32(canvas.unit * 0.36)) ** 2)
                  - ((canvas.y[floor:] - pool_y) / np.float32(canvas.unit * 0.095)) ** 2)  # fmt: skip
    wood = rgb("8a5a34")
    for c, plane in enumerate(canvas.planes):
        plane[floor:] = wood[c] * seam * (0.16 + 0.95 * np.clip(pool * 1.5, 0, 1))
    fold = np.abs(np.sin(canvas.x / np.float32(canvas.unit * 0.030) + clouds(rng, (canvas.width, 8), 2, 2)[:1] * 5))
    opening = min(canvas.width * 0.34, canvas.unit * 0.62)
    sway = np.float32(canvas.unit * 0.05) * np.sin(canvas.y / canvas.height * np.float32(2.4))
    cloth = np.clip((np.abs(canvas.x - canvas.width / 2) - opening - sway) / 6, 0, 1)
    cloth[int(canvas.height * 0.93) :] = 0
    swag = canvas.height * 0.10 + canvas.unit * 0.035 * np.abs(np.sin(canvas.x / np.float32(canvas.unit * 0.16)))
    cloth = np.maximum(cloth, np.clip((swag - canvas.y) / 4, 0, 1))
    inward = (np.abs(canvas.x - canvas.width / 2) - opening) / np.float32(canvas.unit * 0.2)
    glow = 0.16 + 0.55 * np.exp(-(inward**2))
    red = rgb("8c1f26")[:, None, None] * (0.35 + 0.65 * fold) * glow
    canvas.over(cloth.astype(np.float32), red.astype(np.float32) * np.ones_like(cloth))
    source = pool_x + stage.side * canvas.width * 0.06
    stage.sun_x, stage.sun_y = source, -canvas.height * 0.05
    spread = canvas.unit * 0.27
    shaft(stage, [(source - 10, -10), (source + 10, -10), (pool_x + spread, pool_y), (pool_x - spread, pool_y)],
          0.40, 0.012)  # fmt: skip
    # Who stands in a spotlight is the brightest thing on the stage.
    stage.light = replace(light, sun=mix(light.sun, rgb("fff0d0"), 0.8), strength=0.95, ambient=0.86)
    canvas.glow(source, 0, canvas.unit * 0.05, light.sun, 0.7)
    step = canvas.unit * 0.125
    for k in range(int(canvas.width / step) + 2):
        x, y = (k + rng.uniform(-0.2, 0.2)) * step, canvas.height * rng.uniform(0.952, 0.978)
        size = step * rng.uniform(0.22, 0.27)
        head = [(x + size * np.cos(t), y + size * 1.2 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 18)]
        fill(stage, head, rgb("0a070a"))
        sink = y + size * 3.0
        fill(stage, [(x + size * 2.3 * np.cos(t), sink - size * 1.75 * abs(np.sin(t)) ** 0.7)
                     for t in np.linspace(0, np.pi, 15)], rgb("0a070a"))  # fmt: skip
        fill(stage, [(x - size * 2.3, sink - 1), (x + size * 2.3, sink - 1), (x + size * 2.4, canvas.height + 9),
                     (x - size * 2.4, canvas.height + 9)], rgb("0a070a"))  # fmt: skip
    stage.horizon = float(floor)
    stage.ground = np.full(canvas.width, canvas.height * 0.885, np.float32)
