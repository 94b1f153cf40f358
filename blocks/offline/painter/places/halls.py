"""Large rooms: a nave of columns into which light falls, and the stage of a theatre under a spotlight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Colour, Painting, soften
from blocks.offline.painter.canvas.noise import F32, clouds
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.places.sky import gradient

_Perspective = Callable[[float, float, float], tuple[float, float]]

_Corners = list[tuple[float, float]]

_FAR = 3.4
"""Depth of a nave's end wall; 1 is the depth of the frame."""

_TRAVEL = 0.62
"""How far light travels along the nave while it falls by the height of the eye."""


def fill(painting: Painting, points: list[tuple[float, float]], colour: Colour, opacity: float = 1.0) -> None:
    """Fill a polygon, given in pixels, with a colour; `opacity` 0 to 1."""
    canvas = painting.canvas
    outline = np.array(points)
    left, top = (int(max(0, v)) for v in outline.min(0) - 1)
    right, bottom = int(min(canvas.width, outline[:, 0].max() + 2)), int(min(canvas.height, outline[:, 1].max() + 2))
    if left >= right or top >= bottom:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    corners = np.round(np.clip(outline - (left, top), -8000, 8000) * 16).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
    canvas.cover(mask.astype(np.float32) * np.float32(opacity / 255), colour, left, top)


def shaft(painting: Painting, points: list[tuple[float, float]], strength: float, blur: float) -> None:
    """Add a beam of light with dust in it over a polygon, given in pixels; `blur` in units."""
    canvas = painting.canvas
    mask = np.zeros((canvas.height, canvas.width), np.uint8)
    cv2.fillPoly(mask, [np.round(np.clip(np.array(points), -8000, 8000)).astype(np.int32)], 255)
    soft = soften(mask.astype(np.float32) / np.float32(255), canvas.unit * blur)
    soft *= (0.6 + 0.8 * clouds(painting.rng, (canvas.width, canvas.height), 5, 4)) * np.float32(strength)
    canvas.add_light(soft, painting.light.sun)


def paint_hall(painting: Painting) -> None:
    """Paint a nave in one-point perspective: columns, pointed vaults, a lit window at its end and the light from it."""
    canvas, light = painting.canvas, painting.light
    stone = mix(light.haze, rgb("b5a184"), 0.5) * np.float32(0.85 + 0.6 * light.ambient)
    for plane, tone in zip(canvas.planes, gradient(light.sky, canvas.height), strict=True):
        plane[:] = tone[:, None] * 0.55
    middle, eye = canvas.width / 2, canvas.height * 0.56
    wide, tall, floor = min(canvas.width * 0.60, canvas.unit * 1.05), canvas.height * 0.92, canvas.height * 0.44

    def at(x: float, y: float, depth: float) -> tuple[float, float]:
        return middle + x * wide / depth, eye + (y * floor if y > 0 else y * tall) / depth

    painting.sun_x, painting.sun_y = middle, canvas.height * 0.3
    fill(painting, [at(-1, 1, _FAR), at(-1, -1, _FAR), at(1, -1, _FAR), at(1, 1, _FAR)], stone * np.float32(0.75))
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
    fill(painting, window, pane * np.float32(0.93))
    lead, thick, sill = stone * np.float32(0.26), max(1.2, canvas.unit * 0.0028), eye - head * 0.05
    for k in (-1, 0, 1):
        # The bars of the window end under its arch.
        over = eye - head * 0.62 - half * 1.25 * (1 - (k * 0.5) ** 2) ** 0.5
        bar_x = middle + k * half * 0.5
        fill(
            painting, [(bar_x - thick, sill), (bar_x - thick, over), (bar_x + thick, over), (bar_x + thick, sill)], lead
        )
    for share in (0.22, 0.42, 0.62):
        y = eye - head * share
        fill(
            painting,
            [
                (middle - half, y - thick),
                (middle + half, y - thick),
                (middle + half, y + thick),
                (middle - half, y + thick),
            ],
            lead,
        )

    def thrown(x: float, up: float) -> tuple[float, float]:
        # Where the light through the window at pixel (x, eye - up) meets the floor: the higher, the nearer the viewer.
        fall = (up * _FAR + floor) / floor
        return at((x - middle) * _FAR / wide - painting.side * 0.062 * fall, 1, _FAR - _TRAVEL * fall)

    # Left edge, right edge, and how high above the eye the arch lets each pane reach.
    panes = [
        (
            middle + half * (k - 0.19),
            middle + half * (k + 0.19),
            head * 0.62 + half * 1.25 * (1 - (abs(k) + 0.19) ** 2) ** 0.5,
        )
        for k in (-0.75, -0.25, 0.25, 0.75)
    ]
    for depth_at in (3.0, 2.45, 2.0, 1.62, 1.3, 1.04):
        if depth_at == 1.62:
            # Columns nearer than this are painted over the light.
            _paint_window_light(painting, thrown, panes, eye, head * 0.08)
        _paint_bay(painting, at, depth_at, 1 - (depth_at - 1) / (_FAR - 1), stone)
    painting.horizon = float(top)
    painting.ground = np.full(canvas.width, canvas.height * 0.90, np.float32)


def _paint_window_light(
    painting: Painting,
    thrown: Callable[[float, float], tuple[float, float]],
    panes: list[tuple[float, float, float]],
    eye: float,
    low: float,
) -> None:
    """Paint the light of the end window: a patch on the floor for each pane, and a dusty shaft of light to it.

    Args:
        thrown: returns the pixel of the floor that is lit through a pixel of the window.
        panes: left and right column of each pane, and how far above the eye it ends, in pixels.
        eye: row of the eye level.
        low: how far above it the window begins, in pixels.
    """
    light = painting.light
    for left, right, high in panes:
        steps = np.linspace(low, high, 4)
        for bottom, top in pairwise(steps):
            gap = (top - bottom) * 0.10
            patch = [thrown(left, bottom), thrown(left, top - gap), thrown(right, top - gap), thrown(right, bottom)]
            fill(painting, patch, light.sun, 0.40 * light.strength)
    beams = []
    for left, right, high in panes:
        # A shaft goes from the whole pane to the whole patch; its outline is what is seen.
        beams.append([(left, eye - high), (right, eye - high), thrown(right, high * 0.9), thrown(left, high * 0.9)])
    _paint_shafts(painting, beams, 0.56 * light.strength)
    _paint_motes(painting, beams)


def _paint_shafts(painting: Painting, beams: list[_Corners], strength: float) -> None:
    """Paint shafts of light from panes to patches; each fades at both ends."""
    canvas = painting.canvas
    every = np.array(beams)
    first, last = max(0, int(every[..., 1].min()) - 20), min(canvas.height, int(every[..., 1].max()) + 20)
    total = np.zeros((last - first, canvas.width), np.float32)
    for corners in every:
        start, end = corners[:2].mean(0), corners[2:].mean(0)
        mask = np.zeros(total.shape, np.uint8)
        cv2.fillPoly(mask, [np.round((corners - (0, first)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        soft = soften(mask.astype(np.float32) / np.float32(255), canvas.unit * 0.0045)
        way = (end - start).astype(np.float32)
        along = ((canvas.x - start[0]) * way[0] + (canvas.y[first:last] - start[1]) * way[1]) / (way @ way)
        total += soft * np.clip(along * 3.5, 0, 1) * np.clip((1 - along) * 2.2, 0, 1)
    total *= (0.6 + 0.8 * clouds(painting.rng, (canvas.width, last - first), 4, 4)) * np.float32(strength)
    canvas.add_light(np.clip(total, 0, 1), painting.light.sun, 0, first)


def _paint_motes(painting: Painting, beams: list[_Corners]) -> None:
    """Paint dust in beams, given by the corners of their panes and patches: some sharp, some near and out of focus."""
    canvas, rng = painting.canvas, painting.rng
    for radius, count, strength in ((0.0011, 130, 0.85), (0.0026, 22, 0.5), (0.007, 3, 0.12)):
        dots = np.zeros((canvas.height, canvas.width), np.uint8)
        for beam in beams:
            first, second, right_foot, left_foot = (np.array(corner) for corner in beam)
            for _ in range(count):
                along, across = rng.random() ** 0.8, rng.uniform(0.04, 0.96)
                left, right = first + (left_foot - first) * along, second + (right_foot - second) * along
                x, y = left + (right - left) * across
                size, value = max(0.6, canvas.unit * radius * float(rng.uniform(0.6, 1.4))), int(rng.integers(90, 255))
                cv2.circle(dots, (int(x * 16), int(y * 16)), int(size * 16), value, -1, cv2.LINE_AA, 4)
        canvas.add_light(dots.astype(np.float32) * np.float32(strength / 255), painting.light.sun)


def _paint_bay(painting: Painting, at: _Perspective, depth: float, near: float, stone: F32) -> None:
    """Paint one pair of columns and the pointed arch that joins them, lit from the painting's side."""
    light = painting.light
    base = mix(stone, light.near, 0.12 + 0.42 * near)
    spring = -0.52
    outer = [(x, spring - 0.46 * (1 - abs(x) / 0.74) ** 0.62) for x in np.linspace(-0.74, 0.74, 25)]
    inner = [(x * 0.90, y + 0.06) for x, y in reversed(outer)]
    fill(painting, [at(x, y, depth) for x, y in (*outer, *inner)], base * np.float32(0.8))
    above = [(-2.4, spring), *outer, (2.4, spring), (2.4, -1.6), (-2.4, -1.6)]
    fill(painting, [at(x, y, depth) for x, y in above], base * np.float32(0.50), 0.55)
    for side in (-1, 1):
        shade = np.float32(1.15 if side != painting.side else 0.62)
        for left, right, tone in ((0.62, 0.80, 0.75), (0.66, 0.80, 0.9), (0.70, 0.755, 1.1)):
            points = [(side * left, 1.0), (side * left, spring), (side * right, spring), (side * right, 1.0)]
            fill(painting, [at(x, y, depth) for x, y in points], base * shade * np.float32(tone))
        for low, high in ((1.0, 0.90), (spring + 0.05, spring)):
            points = [(side * 0.58, low), (side * 0.60, high), (side * 0.84, high), (side * 0.86, low)]
            fill(painting, [at(x, y, depth) for x, y in points], base * shade * np.float32(0.85))


def paint_theatre(painting: Painting) -> None:
    """Paint the stage of a theatre: open curtains, boards, a spotlight from above, and heads in the first row."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    back = gradient(np.stack([rgb("07060a"), rgb("120c12"), rgb("24151a"), rgb("1a0f10")]), canvas.height)
    for plane, tone in zip(canvas.planes, back, strict=True):
        plane[:] = tone[:, None]
    floor = int(canvas.height * 0.74)
    rows = canvas.height - floor
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    towards = (canvas.x - canvas.width / 2) / (0.55 + depth) / np.float32(canvas.unit * 0.10)
    seam = np.clip(np.abs(towards - np.round(towards)) * 24, 0, 1) * 0.3 + 0.7
    pool_x, pool_y = canvas.width / 2 - painting.side * canvas.width * 0.15, canvas.height * 0.87
    pool = np.exp(
        -(((canvas.x - pool_x) / np.float32(canvas.unit * 0.36)) ** 2)
        - ((canvas.y[floor:] - pool_y) / np.float32(canvas.unit * 0.095)) ** 2
    )
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
    canvas.cover(cloth.astype(np.float32), red.astype(np.float32) * np.ones_like(cloth))
    source = pool_x + painting.side * canvas.width * 0.06
    painting.sun_x, painting.sun_y = source, -canvas.height * 0.05
    spread = canvas.unit * 0.27
    shaft(
        painting,
        [(source - 10, -10), (source + 10, -10), (pool_x + spread, pool_y), (pool_x - spread, pool_y)],
        0.40,
        0.012,
    )
    # A person in the spotlight is the brightest thing on the stage.
    painting.light = replace(light, sun=mix(light.sun, rgb("fff0d0"), 0.8), strength=0.95, ambient=0.86)
    canvas.glow(source, 0, canvas.unit * 0.05, light.sun, 0.7)
    step = canvas.unit * 0.125
    for k in range(int(canvas.width / step) + 2):
        x, y = (k + rng.uniform(-0.2, 0.2)) * step, canvas.height * rng.uniform(0.952, 0.978)
        size = step * rng.uniform(0.22, 0.27)
        head = [(x + size * np.cos(t), y + size * 1.2 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 18)]
        fill(painting, head, rgb("0a070a"))
        sink = y + size * 3.0
        fill(
            painting,
            [
                (x + size * 2.3 * np.cos(t), sink - size * 1.75 * abs(np.sin(t)) ** 0.7)
                for t in np.linspace(0, np.pi, 15)
            ],
            rgb("0a070a"),
        )
        fill(
            painting,
            [
                (x - size * 2.3, sink - 1),
                (x + size * 2.3, sink - 1),
                (x + size * 2.4, canvas.height + 9),
                (x - size * 2.4, canvas.height + 9),
            ],
            rgb("0a070a"),
        )
    painting.horizon = float(floor)
    painting.ground = np.full(canvas.width, canvas.height * 0.885, np.float32)
