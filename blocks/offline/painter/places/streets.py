"""Streets, roads and rivers: a street between houses, a road through the land, a village, a river; also the moon."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import clouds, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.canvas.shapes import draw
from blocks.offline.painter.places import roads
from blocks.offline.painter.places.halls import fill
from blocks.offline.painter.places.land import paint_layer
from blocks.offline.painter.things import buildings, plants

_FRONTS = ("7a5f4c", "8a7a66", "6a5a5e", "7d6650", "5f6468", "8c6a50")


def paint_street(painting: Painting, canal: bool = False, wet: bool = False) -> None:
    """Paint a street: two rows of houses that run to the horizon, with windows and lamps, and a road between pavements.

    Args:
        canal: water instead of the road.
        wet: whether it rains: the road mirrors windows and lamps.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    middle, eye, unit = canvas.width / 2 + painting.side * canvas.width * 0.06, painting.horizon, canvas.unit
    half, drop = min(unit * 0.46, canvas.width * 0.40), (canvas.height - eye) * 0.80
    canvas.glow(middle, eye, unit * 0.30, light.haze, 0.6)
    depths = np.geomspace(9.0, min(0.72, half / (canvas.width * 0.66)), 10)
    for far, near in pairwise(depths):
        share = float(np.clip(1 - (near - 0.7) / 6, 0, 1)) ** 1.6
        for side in (-1, 1):
            tall = unit * rng.uniform(0.52, 0.82)
            front = mix(light.near, rgb(str(rng.choice(_FRONTS))), 0.25 + 0.6 * light.ambient)
            tone = mix(light.haze, front, 0.25 + 0.75 * share) * np.float32(1.0 if side != painting.side else 0.72)

            def at(y: float, depth: float, side: int = side, tall: float = tall) -> tuple[float, float]:
                return middle + side * half / depth, eye + (drop if y == 0 else drop - y * (tall + drop)) / depth

            fill(painting, [at(0, far), at(1, far), at(1, near), at(0, near)], tone)
            roof = (middle + side * half * 1.5 / near, at(1.16, near)[1])
            fill(
                painting,
                [at(1, far), (middle + side * half * 1.5 / far, at(1.16, far)[1]), roof, at(1, near)],
                tone * np.float32(0.6),
            )
            gap = near * 1.04
            end = [
                at(0, near),
                at(1, near),
                roof,
                (roof[0] + side * unit, roof[1]),
                (roof[0] + side * unit, at(0, near)[1]),
            ]
            fill(painting, end, tone * np.float32(0.5))
            for row in range(3):
                for column in range(3):
                    a, b = (far + (gap - far) * s for s in ((column + 0.30) / 3, (column + 0.78) / 3))
                    low, high = 0.20 + 0.25 * row, 0.34 + 0.25 * row
                    lit = rng.random() < 0.12 + 0.45 * light.lamps
                    pane = rgb("ffc876") * np.float32(0.55 + 0.45 * light.lamps) if lit else tone * np.float32(0.55)
                    fill(painting, [at(low, a), at(high, a), at(high, b), at(low, b)], pane)
    _paint_wet_road(painting, middle, eye, half, drop, 0.80 if canal else 0.66 if wet else 0.30)
    _paint_pavements(painting, middle, eye, half, drop, 0.90 if canal else 0.66)
    if light.lamps > 0.3:
        for depth in (4.2, 2.4, 1.45):
            for side in (-1, 1):
                x, foot, top = middle + side * half * 0.86 / depth, eye + drop / depth, eye - unit * 0.24 / depth
                thick = max(1.0, unit * 0.005 / depth)
                fill(painting, [(x - thick, foot), (x - thick, top), (x + thick, top), (x + thick, foot)], light.near)
                canvas.glow(x, top, unit * 0.035 / depth, rgb("ffd08a"), 0.9 * light.lamps)
                if wet and not canal:
                    _paint_streak(painting, x - side * unit * 0.012 / depth, foot, foot - top, 1 / depth)
    painting.ground = np.full(canvas.width, canvas.height * 0.93, np.float32)


def _paint_wet_road(painting: Painting, middle: float, eye: float, half: float, drop: float, mirror: float) -> None:
    """Paint the road or canal from the horizon down, mirroring the houses as stone or water does; `mirror` 0 to 1."""
    canvas, light = painting.canvas, painting.light
    top = int(eye)
    rows = canvas.height - top
    depth = np.float32(drop) / np.maximum(canvas.y[top:] - np.float32(eye), 1)
    size = canvas.width, rows
    wobble = (
        (clouds(painting.rng, size, 30, 3, 0.3) - np.float32(0.5))
        * np.float32(canvas.unit * 0.05)
        / np.clip(depth, 1, 9)
    )
    mask = np.clip((half / depth - np.abs(canvas.x - middle)) / 2, 0, 1)
    mirror_row = np.clip(np.float32(top - 2) - (canvas.y[top:] - np.float32(eye)) * 1.1 + wobble, 0, top - 1)
    across = np.clip(canvas.x + wobble * 0.7, 0, canvas.width - 1).astype(np.float32)
    stones = 0.85 + 0.3 * clouds(painting.rng, size, 44, 2, 0.5)
    canal, ground = mirror > 0.7, 0.16 if mirror > 0.5 else 0.34
    planes = list(canvas.planes[:, :top])
    if not canal:
        # Rough stone stretches the image of each light into a streak towards the viewer.
        planes = [cv2.blur(p, (1, max(1, int(canvas.unit * 0.10)))) * np.float32(1.25) for p in planes]
        # Rows of paving stones across the street, each lower in perspective than the one before.
        far, side = depth * 9, (canvas.x - np.float32(middle)) * depth / np.float32(half) * 7
        joint = np.minimum(
            np.abs(far - np.round(far)),
            np.abs(side + np.floor(far + 0.5) % 2 * 0.5 - np.round(side + np.floor(far + 0.5) % 2 * 0.5)),
        )
        stones = stones * (1 - 0.34 * np.clip(1 - joint * 7, 0, 1) * np.clip(1.9 - depth * 0.45, 0, 1))
    colour = np.stack(
        [
            cv2.remap(p, across, mirror_row.astype(np.float32), cv2.INTER_LINEAR) * np.float32(mirror) * stones
            + np.float32(near * 0.45 + haze * ground) * stones
            for p, near, haze in zip(planes, light.near, light.haze, strict=True)
        ]
    )
    canvas.cover(mask.astype(np.float32), colour.astype(np.float32), 0, top)


def _paint_streak(painting: Painting, x: float, foot: float, tall: float, near: float) -> None:
    """Paint the light of a lamp on wet stone: a streak from its foot towards the viewer, broken by the joints."""
    canvas = painting.canvas
    wide = canvas.unit * 0.017 * near
    left, right = max(0, int(x - wide * 4)), min(canvas.width, int(x + wide * 4) + 1)
    top, bottom = max(0, int(foot)), min(canvas.height, int(foot + tall * 1.15) + 1)
    if left >= right or top >= bottom:
        return
    down = (canvas.y[top:bottom] - np.float32(foot)) / np.float32(tall)
    broken = clouds(painting.rng, (right - left, bottom - top), 3, 3, 0.5) - np.float32(0.5)
    rows = clouds(painting.rng, (2, bottom - top), 1, 2, 9.0)[:, :1]
    away = (canvas.x[:, left:right] - x) / np.float32(wide) + broken * 1.4
    light = np.exp(-(away**2)) * np.clip(down * 6, 0, 1) * np.clip(1.15 - down, 0, 1) * (0.45 + rows)
    canvas.add_light((light * np.float32(0.80 * painting.light.lamps)).astype(np.float32), rgb("ffc67a"), left, top)


def _paint_pavements(painting: Painting, middle: float, eye: float, half: float, drop: float, inner: float) -> None:
    """Paint a pavement with its kerb along each row of houses, from `inner` (share of the half width) outwards."""
    light = painting.light
    stone = mix(mix(light.near, rgb("8d8880"), 0.30 + 0.5 * light.ambient), light.haze, 0.18)
    bands = ((inner, 1.02, 1.0), (inner - 0.025, inner, 0.55), (inner, inner + 0.03, 1.35))
    for side in (-1, 1):
        for start, end, gain in bands:
            corners = ((start, 9.0), (end, 9.0), (end, 0.45), (start, 0.45))
            outline = [(middle + side * half * share / depth, eye + drop / depth) for share, depth in corners]
            fill(painting, outline, stone * np.float32(gain), 0.92)


def paint_road(painting: Painting, row: float = 0.765) -> None:
    """Paint a pale road that winds from the front to the hills, whose foot is at `row` (share of the height)."""
    roads.paint_road_along(painting, painting.canvas.height * row, roads.winding(painting, 0.34))


def paint_river(painting: Painting, row: float = 0.70) -> None:
    """Paint a river that mirrors the sky and winds from the front to the hills, whose foot is at `row` (share)."""
    roads.paint_river_along(painting, painting.canvas.height * row, roads.winding(painting, 0.40))


def paint_lane(painting: Painting) -> None:
    """Paint a country road that passes the viewer and leads to the hills; people who ride are in its middle."""
    canvas = painting.canvas
    row = canvas.height * 0.775
    path = roads.passing(painting)
    roads.paint_road_along(painting, row, path)
    painting.ground = np.full(canvas.width, roads.row_of(painting, row, roads.PASSING_DEPTH), np.float32)


def paint_cottages(painting: Painting, snow: bool) -> None:
    """Paint a village of cottages and a few trees between the hills; distant ones are small and in haze."""
    canvas, rng = painting.canvas, painting.rng
    for k in range(11):
        near = k / 10
        x = canvas.width * float(rng.uniform(0.04, 0.96))
        row = canvas.height * (0.70 + 0.13 * near)
        size = canvas.unit * (0.05 + 0.085 * near)
        if k % 4 == 3:
            draw(painting, plants.tree(rng), x, row, size * 1.7, 0.45 * (1 - near) + 0.1)
        else:
            draw(painting, buildings.house(snow), x, row, size, 0.5 * (1 - near) + 0.08)


def paint_moon(painting: Painting) -> None:
    """Paint the moon's grey ground with craters, and the earth in the black sky above it."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    light_side = painting.side
    for i in range(3):
        near = i / 2
        line = skyline(rng, canvas.width, 2 + 2 * i, 7)
        crest = canvas.height * (0.66 + 0.11 * i) - (line - 0.5) * np.float32(canvas.unit * 0.14)
        tone = rgb("8d8b88") * np.float32(0.5 + 0.38 * near)
        paint_layer(painting, np.asarray(crest, np.float32), tone, tone * np.float32(0.55), canvas.unit * 0.4, 0.3, 0.5)
    for k in range(16):
        near = (k + 1) / 16
        x, y = float(rng.uniform(0, canvas.width)), canvas.height * (0.76 + 0.23 * near)
        half = canvas.unit * float(rng.uniform(0.02, 0.085)) * (0.3 + near)
        for dx, shade in ((0.0, 0.20), (-0.12 * light_side, 0.62), (-0.02 * light_side, 0.42)):
            across = half * (1.0 if not dx else 0.9)
            rim = [
                (x + dx * half + across * np.cos(t), y + across * 0.26 * np.sin(t)) for t in np.linspace(0, 6.28, 24)
            ]
            fill(painting, rim, rgb("c8c4bc") * np.float32(shade), 0.55)
    painting.ground = np.full(canvas.width, canvas.height * 0.93, np.float32)
    canvas.glow(canvas.width * (0.5 - 0.2 * light_side), canvas.height * 0.2, canvas.unit * 0.1, light.sun, 0.05)
