"""A rough sea: breaking waves one behind the other, and surf on the rocks."""

from __future__ import annotations

import numpy as np

from blocks.offline.painter.canvas.canvas import Painting, soften
from blocks.offline.painter.canvas.noise import F32, clouds, skyline
from blocks.offline.painter.canvas.palettes import mix


def paint_breakers(painting: Painting) -> None:
    """Paint steep waves with foam on their crests over the water, from the horizon to the lower edge."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    top = float(np.clip(painting.horizon, 2, canvas.height - 2))
    rows, count = canvas.height - top, 11
    wide = canvas.width / (canvas.unit * 16 / 9)
    foam = mix(light.haze * np.float32(1.5) + np.float32(0.22), light.sun, 0.25)
    spread = clouds(rng, (canvas.width, canvas.height), 46, 4, 0.28)
    glow = np.exp(-(((canvas.x - painting.sun_x) / np.float32(canvas.width * 0.20)) ** 2)) * np.float32(0.75)
    for i in range(count):
        near = (i + 1) / count
        row, high = top + rows * (near**1.7) * 0.94, canvas.unit * (0.004 + 0.072 * near**1.3)
        line = skyline(rng, canvas.width, max(2.0, (22 - 17 * near) * wide), 5, 0.42, True)
        crest = np.asarray(row - (line - 0.35) * high * 1.5, np.float32)
        first, last = int(max(0, crest.min() - 1)), int(min(canvas.height, row + rows * 0.30 * near + high + 3))
        below = canvas.y[first:last] - crest[None]
        body = np.clip(below + 0.5, 0, 1) * np.clip((last - canvas.y[first:last]) / np.float32(high + 2), 0, 1)
        # Light shines through the thin crest of a wave, not through the trough in front of it.
        thin = np.exp(-np.clip(below, 0, None) / np.float32(high * 0.75))
        tone = mix(light.near, light.haze, 0.34)
        rough = 0.75 + 0.5 * spread[first:last]
        through = thin * (np.float32(0.35) + glow)
        colour = (tone[:, None, None] * rough) + through * (light.haze * np.float32(0.75))[:, None, None]
        canvas.cover((body * np.float32(0.94)).astype(np.float32), colour.astype(np.float32), 0, first)
        breaking = np.clip((line[None] - 0.58) * 5, 0, 1)
        depth = np.float32(high) * (0.05 + 0.55 * breaking * spread[first:last])
        white = np.clip(1 - np.abs(below - depth * 0.6) / np.maximum(depth, 0.6), 0, 1)
        white *= np.clip(spread[first:last] * 3.2 - 1.15, 0, 1) * (0.25 + 0.75 * breaking)
        canvas.cover((white * np.float32(0.80)).astype(np.float32), foam, 0, first)


def paint_surf(painting: Painting, crest: F32) -> None:
    """Paint white surf over the rocks of a shore, whose top line is `crest`, (width,) rows."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    shown = np.clip((crest - painting.horizon) / np.float32(canvas.unit * 0.05), 0, 1)
    bursts = np.clip(skyline(rng, canvas.width, 7, 4) * 2.4 - 0.95, 0, 1) * shown
    top = int(max(0, crest.min() - canvas.unit * 0.16))
    up = (crest[None] - canvas.y[top:]) / np.float32(canvas.unit)
    tall = np.float32(0.022) + np.float32(0.12) * bursts[None]
    grain = clouds(rng, (canvas.width, canvas.height - top), 30, 5, 1.0, 0.62)
    spray = np.clip(1 - up / tall, 0, 1) * np.clip((up + 0.03) / 0.03, 0, 1)
    spray = np.clip(spray * 1.5 + (grain - 0.5) * 3.4 - 0.55, 0, 1) * np.clip(spray * 6, 0, 1) * shown[None]
    mist = soften(spray.astype(np.float32), canvas.unit * 0.010)
    white = mix(light.haze * np.float32(1.5) + np.float32(0.25), light.sun, 0.3)
    canvas.cover(np.clip(spray * 0.75 + mist * 0.4, 0, 0.9).astype(np.float32), white, 0, top)
