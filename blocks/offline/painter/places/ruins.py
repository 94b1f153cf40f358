"""A city in ruins: broken towers, empty windows, rubble."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting
from blocks.offline.painter.canvas.noise import F32, skyline
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.places.land import paint_layer

Pane = tuple[int, int, int, int, F32, float]
"""A window: (left, top, right, bottom) in pixels, its colour and brightness; below 0 the colour covers, not shines."""


def break_crest(painting: Painting, crest: F32, left: int, right: int, foot: float, tall: float) -> None:
    """Break the top of the tower from column `left` to `right`; changes `crest`, (width,) rows, in place."""
    canvas, rng = painting.canvas, painting.rng
    if right - left < 3:
        return
    along = np.linspace(0, 1, right - left, dtype=np.float32)
    # Walls break along a slope, in steps as high as their floors.
    slope = (along if rng.random() < 0.5 else 1 - along) * np.float32(rng.uniform(0.1, 0.6))
    bite = np.clip(skyline(rng, right - left, 5, 4) * 1.3 - 0.35, 0, 1) * np.float32(0.45)
    storey = canvas.unit * 0.012
    loss = np.floor((slope + bite) * tall / storey) * storey
    if rng.random() < 0.35:
        # One wall is left standing.
        keep = max(1, (right - left) // 6)
        loss[-keep:] *= 0.2
    crest[left:right] = np.minimum(foot, foot - tall + loss)
    for x in rng.integers(left, right, 2):
        # Bent bars stick out of the concrete.
        thick = max(1, int(canvas.unit * 0.0016))
        crest[x : x + thick] -= canvas.unit * float(rng.uniform(0.008, 0.03))


def hollow_windows(painting: Painting, crest: F32, tower: tuple[float, float], foot: float, near: float) -> list[Pane]:
    """Return the windows of one ruin: holes that show the sky or darkness, hardly ever a light.

    Args:
        tower: its left column and its width, in pixels.
    """
    canvas, rng, light = painting.canvas, painting.rng, painting.light
    x, wide = tower
    step = canvas.unit * (0.012 + 0.014 * near)
    found: list[Pane] = []
    hole, sky = light.near * np.float32(0.5), light.haze
    y = (
        float(crest[int(np.clip(x, 0, canvas.width - 1)) : max(1, int(min(canvas.width, x + wide)))].min(initial=foot))
        + step
    )
    while y < foot - step:
        column = x + step * 0.7
        while column + step < x + wide:
            left, right = int(column), int(column + max(1.0, step * 0.6))
            chance = rng.random()
            if left >= 0 and right < canvas.width and crest[left:right].max() + step * 0.5 < y and chance < 0.62:
                box = left, int(y), right, int(y + max(1.0, step * 0.95))
                if chance < 0.004:
                    found.append((*box, rgb("ffb45a"), 0.55))
                else:
                    found.append((*box, sky if chance < 0.10 else hole, -0.55 if chance < 0.10 else -0.5 - 0.3 * near))
            column += step * 1.35
        y += step * 1.8
    return found


def paint_rubble(painting: Painting) -> None:
    """Paint heaps of slabs and bars in front of the ruins, and broken ground for figures to stand on."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    for near in (0.4, 1.0):
        row = canvas.height * (0.86 + 0.055 * near)
        heap = skyline(rng, canvas.width, 4, 7, 0.55, True)
        crest = row - (heap - np.float32(0.35)) * np.float32(canvas.unit * 0.13 * (1.1 - 0.5 * near))
        mask: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        for _ in range(26):
            x = float(rng.uniform(0, canvas.width))
            y = float(crest[int(min(x, canvas.width - 1))]) + canvas.unit * 0.02
            long, thick, turn = (
                canvas.unit * rng.uniform(0.02, 0.085),
                canvas.unit * rng.uniform(0.005, 0.016),
                rng.uniform(0.2, 2.9),
            )
            dx, dy = np.cos(turn) * long, -np.sin(turn) * long
            ox, oy = np.sin(turn) * thick, np.cos(turn) * thick
            slab = [(x, y), (x + dx, y + dy), (x + dx + ox, y + dy + oy), (x + ox, y + oy)]
            cv2.fillPoly(mask, [np.round(np.array(slab) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        tone = mix(light.near, light.haze, 0.34 * (1 - near) + 0.10)
        canvas.cover(mask.astype(np.float32) / np.float32(255), tone * np.float32(1.15))
        paint_layer(
            painting,
            np.asarray(crest, np.float32),
            tone,
            light.near * np.float32(0.8),
            canvas.unit * 0.14,
            0.12 * light.strength,
            0.6,
        )
    painting.ground = np.full(canvas.width, canvas.height * 0.95, np.float32)
