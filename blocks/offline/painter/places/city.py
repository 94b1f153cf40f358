"""The city: rows of towers in the haze, their windows, and a wet street in front."""

from __future__ import annotations

import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import F32, clouds
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.places.land import depth_tone, paint_layer
from blocks.offline.painter.places.ruins import break_crest, hollow_windows, paint_rubble

_WINDOW_TONES = ("ffc66b", "ffd99a", "ffb45a", "f2e6c8", "9fc4e8")


def paint_city(painting: Painting, ruined: bool = False) -> None:
    """Paint five rows of towers, far to near, then the street in front; `ruined` towers are broken and dark."""
    for row in range(5):
        _paint_row(painting, row / 4, ruined)
    if ruined:
        paint_rubble(painting)
    else:
        _paint_street(painting)


def _paint_row(painting: Painting, near: float, ruined: bool) -> None:
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    unit = canvas.unit
    foot = canvas.height * (0.80 + 0.12 * near)
    crest = np.full(canvas.width, foot, np.float32)
    tower_height = min(unit, canvas.height * 0.62)
    panes: list[tuple[int, int, int, int, F32, float]] = []
    x = -0.04 * unit
    while x < canvas.width:
        wide = unit * rng.uniform(0.045, 0.105) * (1 + near * 1.2)
        tall = (
            tower_height
            * (0.22 + 0.38 * rng.random() ** 1.6)
            * (1 - 0.12 * near)
            * (1.45 if rng.random() < 0.12 else 1)
        )
        # Nearer towers keep clear of the light, so that the picture opens towards it.
        tall *= 1 - 0.45 * near * float(np.exp(-(((x - painting.sun_x) / (unit * 0.45)) ** 2)))
        left, right, top = max(0, int(x)), min(canvas.width, int(x + wide)), foot - tall
        if left < right:
            crest[left:right] = top
        if ruined:
            tall *= 1.4
            break_crest(painting, crest, left, right, foot, tall)
            if near > 0:
                panes += hollow_windows(painting, crest, (x, wide), foot, near)
            # A gap where a house is gone.
            x += wide + unit * (rng.uniform(0.01, 0.11) * (0.5 + near) if rng.random() < 0.55 else 0.004)
            continue
        if rng.random() < 0.4:
            crest[max(0, int(x + wide / 3)) : max(0, int(x + wide * 2 / 3))] = top - tall * 0.10
        if rng.random() < 0.3:
            mast = max(0, int(x + wide / 2))
            crest[mast : mast + max(1, int(unit * 0.002))] = top - tall * 0.28
        if near > 0:
            panes += _windows(painting, x, top, wide, foot, near)
        x += wide + unit * rng.uniform(-0.004, 0.012)
    tone = depth_tone(painting, near)
    paint_layer(painting, crest, tone, mix(light.haze, tone, 0.25), unit * (0.24 + 0.26 * near), 0.06 * light.strength)
    for left, top_px, right, bottom, colour, shine in panes:
        box = canvas.planes[:, top_px:bottom, left:right]
        box += (colour[:, None, None] - (box if shine < 0 else 0)) * np.float32(abs(shine))


def _windows(
    painting: Painting, x: float, top: float, wide: float, foot: float, near: float
) -> list[tuple[int, int, int, int, F32, float]]:
    """Return the lit windows of one tower: (left, top, right, bottom) in pixels, colour and brightness each."""
    canvas, rng = painting.canvas, painting.rng
    step = canvas.unit * (0.009 + 0.009 * near)
    share = 0.05 + 0.30 * painting.light.lamps
    found = []
    tone = rgb(str(rng.choice(_WINDOW_TONES)))
    y = top + step
    while y < foot - step:
        column = x + step * 0.6
        lit = rng.random(max(1, int(wide / (step * 1.25))))
        for chance in lit:
            left, right = int(column), int(column + max(1.0, step * 0.55))
            if chance < share and column + step < x + wide and left >= 0 and right < canvas.width:
                shine = (
                    (0.20 + 0.55 * near) * (0.4 + 0.6 * float(chance) / share) * (0.45 + 0.55 * painting.light.lamps)
                )
                found.append((left, int(y), right, int(y + max(1.0, step * 0.75)), tone, shine))
            column += step * 1.25
        y += step * 1.7
    return found


def _paint_street(painting: Painting) -> None:
    """Paint a street that mirrors the lights above it, as wet asphalt does."""
    canvas, light = painting.canvas, painting.light
    top = int(canvas.height * 0.92)
    rows = canvas.height - top
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    wobble = (clouds(painting.rng, (canvas.width, rows), 8, 3, 0.5) - np.float32(0.5)) * np.float32(canvas.unit * 0.05)
    source = np.clip(top - 1 - np.arange(rows)[:, None] * 3 + wobble, 0, top - 1).astype(int)
    columns = np.clip(canvas.x + wobble * 0.3, 0, canvas.width - 1).astype(int)
    for plane, near, haze in zip(canvas.planes, light.near, light.haze, strict=True):
        plane[top:] = plane[source, columns] * (0.44 - 0.22 * depth) + near * 0.5 + haze * 0.05 * (1 - depth)
    painting.ground = np.full(canvas.width, canvas.height * 0.955, np.float32)
