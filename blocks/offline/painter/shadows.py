"""Shadows: the dark line under a thing, and the shadow that it casts on the ground away from the light."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting, soften
from blocks.offline.painter.canvas.noise import F32
from blocks.offline.painter.canvas.shapes import Drawing, extent, outline_of


def paint_cast(painting: Painting, drawing: Drawing, x: float, foot: float, height: float, hard: bool = False) -> None:
    """Paint the shadow that a drawing at pixel (x, foot), `height` pixels to its unit, casts on the ground.

    The light of a picture is behind its subjects: a shadow falls towards the viewer and away from the light; the lower
    the light, the longer the shadow.

    Args:
        hard: without soft edges and without light from the sky, as where there is no air.
    """
    canvas, light = painting.canvas, painting.light
    elevation = (
        float(np.clip((painting.horizon - painting.sun_y) / canvas.unit, 0.04, 0.6)) if painting.horizon < 2e3 else 0.5
    )
    long = float(np.clip(0.42 / (0.25 + elevation), 0.45, 1.25))
    aside = float(np.clip((x - painting.sun_x) / (canvas.unit * 0.6), -1.0, 1.0)) * long * 1.5
    down = 0.20 * long
    _, low, _, high = extent(drawing)
    if low < -0.3:
        return
    parts = []
    for shape in drawing:
        points = outline_of(shape)
        up = np.clip(points[:, 1], 0, None)
        parts.append(np.stack([x + (points[:, 0] + up * aside) * height, foot + up * down * height], 1))
    every = np.concatenate(parts)
    soft = canvas.unit * (0.0015 if hard else 0.006)
    margin = soft * 3 + 2
    x0, x1 = int(max(0, every[:, 0].min() - margin)), int(min(canvas.width, every[:, 0].max() + margin))
    y0, y1 = int(max(0, foot - margin)), int(min(canvas.height, foot + high * down * height + margin))
    if x1 - x0 < 4 or y1 - y0 < 4:
        return
    mask: U8 = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for part in parts:
        points = np.clip(part - (x0, y0), -8000, 8000)
        cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    shade = soften(mask.astype(np.float32) / np.float32(255), soft)
    # Far from the foot, light from the sky brightens a shadow.
    fade = 1 - (0.15 if hard else 0.6) * np.clip(
        (canvas.y[y0:y1] - foot) / np.float32(max(1.0, high * down * height)), 0, 1
    )
    strength = 0.85 if hard else 0.12 + 0.62 * light.strength
    fade = fade * _dry(painting, x0, x1, y0, y1)
    canvas.cover(
        (shade * fade * np.float32(min(0.85, strength))).astype(np.float32), light.near * np.float32(0.42), x0, y0
    )


def paint_contact(painting: Painting, x: float, foot: float, half: float) -> None:
    """Paint the soft dark patch under a thing, and the line where it touches the ground; `half` is its half width."""
    for wide, deep, strength in ((1.0, 0.15, 0.38), (0.86, 0.045, 0.60)):
        _pool(painting, x, foot, half * wide, max(1.5, half * deep), strength)


def _pool(painting: Painting, x: float, foot: float, half: float, deep: float, strength: float) -> None:
    canvas = painting.canvas
    left, right = int(max(0, x - half * 2.2)), int(min(canvas.width, x + half * 2.2 + 1))
    top, bottom = int(max(0, foot - deep * 2.5)), int(min(canvas.height, foot + deep * 2.5 + 1))
    if left < right and top < bottom:
        away: F32 = ((canvas.x[:, left:right] - x) / np.float32(half)) ** 2 + (
            (canvas.y[top:bottom] - foot) / np.float32(deep)
        ) ** 2
        dark = np.exp(-away) * _dry(painting, left, right, top, bottom)
        canvas.cover((dark * strength).astype(np.float32), painting.light.near * np.float32(0.4), left, top)


def _dry(painting: Painting, left: int, right: int, top: int, bottom: int) -> F32 | float:
    """Return how much of each pixel of a box is not river, 0 to 1: water mirrors the sky and shows no shadow."""
    if painting.water is None:
        return 1.0
    return np.asarray(1 - painting.water[top:bottom, left:right], np.float32)
