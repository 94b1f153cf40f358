"""Effects that subjects have on their surroundings: mirror images, beams, exhaust, smoke, footprints, a kite's line."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import F32, clouds, fork
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.canvas.shapes import Drawing, bar, draw, outline_of
from blocks.offline.painter.people.figures import FIST
from blocks.offline.painter.places.halls import fill
from blocks.offline.painter.prompt.places_in_prompt import PEOPLE


def paint_air_behind(painting: Painting, x: float, y: float, height: float) -> None:
    """Paint haze about pixel (x, y), behind a figure `height` pixels high, so that it stands out in a crowded place."""
    canvas = painting.canvas
    away = ((canvas.x - x) / np.float32(height * 0.75)) ** 2 + ((canvas.y - y) / np.float32(height * 0.85)) ** 2
    canvas.cover(np.exp(-away) * np.float32(0.72), painting.light.haze * np.float32(1.05))


def paint_beam(painting: Painting, x: float, y: float) -> None:
    """Paint the light of a lighthouse at pixel (x, y): one beam towards the open side, and the glow of the lamp."""
    canvas = painting.canvas
    dx, dy = (canvas.x - x) * np.float32(painting.side), canvas.y - y
    away = np.hypot(dx, dy)
    slope = dy / np.maximum(dx, 1) + np.float32(0.075)
    beam = np.exp(-((slope / np.float32(0.055)) ** 2)) * np.clip(1 - away / np.float32(canvas.unit * 1.35), 0, 1) ** 1.2
    beam *= np.clip(dx / np.float32(canvas.unit * 0.02), 0, 1)
    canvas.add_light(beam * np.float32(0.35 + 0.30 * painting.light.lamps), rgb("ffe9b0"))
    canvas.glow(x, y, canvas.unit * 0.045, rgb("fff0c8"), 0.9)


def paint_smoke(painting: Painting, x: float, y: float, height: float, drift: int) -> None:
    """Paint the smoke of a locomotive from its funnel at pixel (x, y): it rises, spreads and trails off to one side.

    Args:
        height: of the locomotive, in pixels.
        drift: -1 for left, 1 for right.
    """
    light, own = painting.light, fork(painting.rng)
    dark = mix(light.near, light.haze, 0.55)
    lit = mix(light.haze, light.sun, 0.55)
    for k in range(34, -1, -1):
        # The oldest puffs are painted first: they are behind the others.
        age = k / 34
        at_x = x + drift * height * (0.1 * age + 4.2 * age**1.5) + height * 0.10 * float(own.normal()) * age
        at_y = y - height * (0.75 * age**0.55 + 0.08 * float(own.normal()) * age)
        size = height * (0.07 + 0.42 * age**0.8)
        for tone, aside, share in ((dark, 0.0, 0.34), (lit, 0.30, 0.30)):
            _puff(
                painting,
                at_x + aside * size * painting.side * 0.6,
                at_y - aside * size,
                size,
                tone,
                share * (1 - age) ** 0.8,
            )


def _puff(painting: Painting, x: float, y: float, size: float, tone: F32, share: float) -> None:
    canvas = painting.canvas
    left, right = int(max(0, x - size * 2)), int(min(canvas.width, x + size * 2 + 1))
    top, bottom = int(max(0, y - size * 2)), int(min(canvas.height, y + size * 2 + 1))
    if left < right and top < bottom:
        away = ((canvas.x[:, left:right] - x) ** 2 + (canvas.y[top:bottom] - y) ** 2) / np.float32(size * size)
        canvas.cover(np.exp(-(away**1.5)) * np.float32(share), tone, left, top)


def paint_prints(painting: Painting, drawing: Drawing, x: float, foot: float, height: float) -> None:
    """Paint a trail of footprints: each print is in shade, and the light falls on its rim away from the light."""
    light, slip = painting.light, height * 0.012
    for shape in drawing:
        outline = [(float(x + px * height), float(foot - py * height)) for px, py in outline_of(shape)]
        fill(
            painting,
            [(px - slip * painting.side, py - slip * 0.5) for px, py in outline],
            light.sun,
            0.35 * light.strength,
        )
        fill(painting, outline, light.near * np.float32(0.8), 0.50)


def paint_exhaust(painting: Painting, x: float, y: float, height: float) -> None:
    """Paint the flame of a rising rocket at pixel (x, y), the smoke under it, and its light on the surroundings."""
    canvas = painting.canvas
    top = int(np.clip(y, 0, canvas.height - 2))
    aside = np.abs(canvas.x - x)
    down = np.clip((canvas.y[top:] - y) / np.float32(canvas.unit * 0.30), 0, 1)
    canvas.glow(x, y + height * 0.1, canvas.unit * 0.22, rgb("ffb45e"), 0.75)
    smoke = clouds(painting.rng, (canvas.width, canvas.height - top), 5, 6)
    smoke *= np.exp(-((aside / np.float32(canvas.unit * 0.30) / (0.14 + down**1.5)) ** 2))
    smoke *= np.clip((canvas.y[top:] - y - canvas.unit * 0.10) / np.float32(canvas.unit * 0.11), 0, 1)
    tone = painting.light.haze * np.float32(0.55) + rgb("ffc98a") * np.float32(0.42)
    canvas.cover(np.clip(smoke * 2.1 - 0.25, 0, 0.96), tone, 0, top)
    wide = height * 0.042 * (1 - 0.55 * down)
    flame = np.exp(-((aside / wide) ** 2)) * np.clip(1 - (canvas.y[top:] - y) / np.float32(height * 0.42), 0, 1)
    canvas.cover(np.clip(flame * 1.2, 0, 1), rgb("ffd28a"), 0, top)
    canvas.cover(np.clip(flame**3 * 1.2, 0, 1), rgb("fffbe8"), 0, top)


def paint_reflection(painting: Painting, x: float, water: float, height: float, half: float) -> None:
    """Paint the mirror image of what floats at row `water`, shortened and broken by ripples.

    Args:
        height: of what floats, in pixels.
        half: its half width, in pixels.
    """
    canvas = painting.canvas
    top = int(np.clip(water, 1, canvas.height - 2))
    rows = min(int(height * 0.5), canvas.height - top)
    left, right = max(0, int(x - half * 1.15)), min(canvas.width, int(x + half * 1.15))
    if rows < 2 or right - left < 4:
        return
    down, across = np.mgrid[0:rows, 0 : right - left].astype(np.float32)
    wobble = clouds(painting.rng, (right - left, rows), 14, 3, 0.16) - np.float32(0.5)
    source_x = across + wobble * np.float32(canvas.unit * 0.03) * (0.3 + down / rows)
    box_top = max(0, int(top - height))
    source_y = np.clip((top - box_top - 2) - down * 2.0, 0, None)
    edge = np.clip(1 - np.abs(across / (right - left) * 2 - 1), 0, 1)
    mask = np.clip(edge * 4, 0, 1) * np.clip(1 - down / rows, 0, 1) ** 0.8 * np.float32(0.62)
    mirror = np.stack(
        [
            cv2.remap(
                np.ascontiguousarray(p[box_top:top, left:right]),
                source_x,
                source_y,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for p in canvas.planes
        ]
    )
    canvas.cover(mask.astype(np.float32), mirror * np.float32(0.72), left, top)


def paint_string(painting: Painting) -> None:
    """Paint the line from a kite to the hand of the person who flies it; nothing where either is missing."""
    flyer = next((painting.placed[k] for k in PEOPLE if k in painting.placed), None)
    if flyer and "kite" in painting.placed:
        (x, foot, tall), (kite_x, kite_foot, kite_tall) = flyer, painting.placed["kite"]
        # A child's hand is elsewhere; the proportions are those of `figures.person`.
        across, up = (FIST[0] * 1.38, 0.78 + (FIST[1] - 0.83) * 1.38) if "child" in painting.placed else FIST
        start = x + tall * across * (1 if kite_x > x else -1), foot - tall * up
        end = kite_x, kite_foot - kite_tall * 0.7
        thick = max(1.2, painting.canvas.unit * 0.0014)
        line = bar("", (0, 0), (end[0] - start[0], start[1] - end[1]), thick)
        draw(painting, (line,), start[0], start[1], 1.0, 0.3, afloat=True)
