"""The sky: gradient, stars, milky way, sun or moon, and clouds lit from the sun's side."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import F32, clouds
from blocks.offline.painter.canvas.palettes import mix, rgb


def gradient(stops: F32, rows: int) -> F32:
    """Return a vertical gradient, (3, rows) float32, from the colours `stops` (n, 3), evenly spread.

    They are blended in linear light, so that no part of it looks muddy.
    """
    linear, where = stops**2.2, np.linspace(0, 1, len(stops))
    along = np.linspace(0, 1, rows)
    return np.stack([np.interp(along, where, linear[:, c]) for c in range(3)]).astype(np.float32) ** np.float32(1 / 2.2)


def paint_sky(painting: Painting, cover: float, moon: bool, closed: bool = False) -> None:
    """Paint the sky over the whole canvas, with the light's sun or moon; below the horizon its lowest tone continues.

    Args:
        cover: amount of clouds, from 0 for none to 1.3 for no gaps.
        moon: a moon with dark seas instead of a sun.
        closed: one even layer of grey cloud, without gaps and without a sun.
    """
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    rows = int(np.clip(painting.horizon, 2, canvas.height))
    column = np.concatenate([gradient(light.sky, rows), np.repeat(light.sky[-1][:, None], canvas.height - rows, 1)], 1)
    drift = clouds(rng, (canvas.width, canvas.height), 2, 3) - np.float32(0.5)
    for plane, tone, swing in zip(canvas.planes, column, (0.10, 0.03, -0.08), strict=True):
        plane[:] = tone[:, None]
        plane += drift * np.float32(swing * light.strength)
    if light.stars > 0.05:
        paint_stars(painting, light.stars, int(1300 * light.stars))
    # Behind closed clouds the light comes from no particular place.
    glow = 0.55 * light.strength * (0.3 + 0.7 * light.disc)
    if closed:
        glow = 0.0
    canvas.glow(
        painting.sun_x, painting.sun_y, canvas.unit * (0.24 if moon else 0.42), light.sun, glow * (0.5 if moon else 1)
    )
    canvas.glow(painting.sun_x, painting.sun_y, canvas.unit * 0.12, light.sun, glow * 0.9)
    if light.disc > 0:
        if light.disc < 0.9:
            # Through mist or falling snow the sun has no edge: it is a bright core in a glow.
            canvas.glow(painting.sun_x, painting.sun_y, canvas.unit * 0.045, light.sun, 0.6 * light.disc**0.5)
        _paint_disc(painting, moon)
    if closed:
        _paint_deck(painting)
    elif cover > 0.05:
        _paint_clouds(painting, cover)


def paint_stars(painting: Painting, strength: float, count: int) -> None:
    """Paint `count` stars, few of them bright, and the band of the milky way behind them; `strength` 0 to 1."""
    canvas, rng = painting.canvas, painting.rng
    size = canvas.width, canvas.height
    reach = min(painting.horizon, canvas.height * 1.5)
    fade = np.clip(1.15 - canvas.y / np.float32(reach), 0, 1) * np.float32(strength)
    slope = painting.side * rng.uniform(0.25, 0.45)
    across = (canvas.y - canvas.height * 0.33) + (canvas.x - canvas.width * 0.5) * np.float32(slope)
    band = np.exp(-((across / np.float32(canvas.unit * 0.2)) ** 2)) * fade
    band *= np.clip(clouds(rng, size, 3, 6) * 1.8 - 0.55, 0, 1)
    canvas.cover(band * np.float32(0.30), mix(rgb("46689c"), rgb("9aa8d0"), 0.4))
    scale = canvas.unit / 1080
    points = np.zeros((canvas.height, canvas.width), np.float32)
    rows, columns = rng.integers(0, canvas.height, count), rng.integers(0, canvas.width, count)
    points[rows, columns] = (rng.random(count, dtype=np.float32) ** 6 * 1.6 + 0.12) * min(1.0, scale)
    shine = points + cv2.GaussianBlur(points, (0, 0), max(0.6, scale)) * np.float32(2.6)
    shine += cv2.GaussianBlur(points * (points > 0.9), (0, 0), max(1.0, 4 * scale)) * np.float32(12)
    shine *= fade
    canvas.add_light(shine, np.array([0.9, 0.95, 1.0], np.float32))


def _paint_disc(painting: Painting, moon: bool) -> None:
    canvas, light = painting.canvas, painting.light
    radius = canvas.unit * (0.034 if moon else 0.03 + 0.028 * (light.elevation < 0.3))
    reach = radius * 1.6 + 3
    left, top = max(0, int(painting.sun_x - reach)), max(0, int(painting.sun_y - reach))
    right, bottom = int(painting.sun_x + reach), int(painting.sun_y + reach)
    x, y = canvas.x[:, left:right], canvas.y[top:bottom]
    soft = np.float32(1 + radius * max(0.0, 0.9 - light.disc))
    mask = np.clip((radius - np.hypot(x - painting.sun_x, y - painting.sun_y)) / soft + 0.5, 0, 1) * np.float32(
        light.disc
    )
    tone = np.ones_like(mask)
    if moon:
        seas = clouds(painting.rng, (mask.shape[1], mask.shape[0]), 3, 4)
        tone = np.clip(0.98 - np.clip(seas - 0.5, 0, 1) * 0.9, 0.7, 1.0)
    canvas.cover(mask, light.sun[:, None, None] * tone * np.float32(1.08), left, top)


def _paint_clouds(painting: Painting, cover: float) -> None:
    canvas, light = painting.canvas, painting.light
    rows = int(np.clip(painting.horizon + 2, 2, canvas.height))
    # The clouds are wider than the picture: their light is a shifted copy, and a shift that wraps would leave a seam.
    shift_x, shift_y = int(canvas.unit * 0.024), int(canvas.unit * 0.015)
    wide = clouds(painting.rng, (canvas.width + 2 * shift_x, rows + shift_y), 3, 7, 0.38, 0.55)
    density = wide[shift_y:, shift_x : shift_x + canvas.width]
    start = shift_x + painting.side * shift_x
    towards = wide[:rows, start : start + canvas.width]
    lit = np.clip((density - towards) * 5 + 0.45, 0, 1)
    height = 1 - canvas.y[:rows] / np.float32(rows)
    body = np.clip((density - 0.53 + 0.14 * (cover - 0.8)) * 4.2, 0, 1) * np.clip(height * 1.6, 0.15, 1)
    body *= np.float32(0.85)
    near_sun = np.hypot(canvas.x - painting.sun_x, canvas.y[:rows] - painting.sun_y) / np.float32(canvas.unit * 0.5)
    glow = 0.5 / (1 + near_sun**2)
    lit += (1 - lit) * glow
    bright = np.minimum(mix(light.haze, light.sun, 0.62 * light.strength), 1)
    dark = light.haze * np.float32(0.42) + light.near * np.float32(0.3) + light.sky[0] * np.float32(0.25)
    canvas.cover(body, dark[:, None, None] + (bright - dark)[:, None, None] * lit)


def _paint_deck(painting: Painting) -> None:
    """Paint an overcast sky: rolls of cloud that narrow towards the horizon, with slightly darker undersides."""
    canvas, light = painting.canvas, painting.light
    rows = int(np.clip(painting.horizon + 2, 2, canvas.height))
    flat = clouds(painting.rng, (canvas.width, rows), 2.5, 6, 0.35, 0.55)
    # The cloud layer is like a ceiling: its rolls are near and large overhead, far and thin at the horizon.
    depth = np.float32(0.18) + np.float32(0.82) * (1 - np.linspace(0, 1, rows, dtype=np.float32)[:, None]) ** 1.5
    source = np.broadcast_to((1 - np.float32(0.2) / depth) * np.float32((rows - 1) / 0.8), flat.shape)
    rolls = cv2.remap(
        flat,
        np.broadcast_to(canvas.x, flat.shape).astype(np.float32),
        np.clip(source, 0, rows - 1).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    shade = 1 + (rolls - np.float32(0.5)) * np.float32(0.42) * np.clip(depth * 1.6, 0.25, 1)
    pale = mix(light.sky[2], light.haze, 0.5)
    for c, plane in enumerate(canvas.planes):
        plane[:rows] = (plane[:rows] * np.float32(0.35) + pale[c] * np.float32(0.65)) * shade
