"""Places without a horizon: space with a planet, and the undersea with rays of sunlight."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import clouds, skyline
from blocks.offline.painter.canvas.palettes import rgb
from blocks.offline.painter.places.land import paint_ground, paint_ridges
from blocks.offline.painter.places.sky import gradient, paint_stars


def paint_space(painting: Painting) -> None:
    """Paint stars, a nebula, a far sun and a planet lit by it."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    size = canvas.width, canvas.height
    for plane, tone in zip(canvas.planes, gradient(light.sky, canvas.height), strict=True):
        plane[:] = tone[:, None]
    veil = clouds(rng, size, 2.2, 6, gain=0.55)
    hue = clouds(rng, size, 2, 4)
    slope = np.float32(0.45 * painting.side)
    across = (canvas.y - canvas.height * 0.38 + (canvas.x - canvas.width / 2) * slope) / np.float32(canvas.unit * 0.30)
    band = np.clip(veil * 2.6 - 0.95, 0, 1) * np.exp(-(across**2))
    violet, rose = rgb("5a4ac8")[:, None, None], rgb("ff7eb0")[:, None, None]
    canvas.add_light(band * np.float32(0.85), violet + (rose - violet) * np.clip(hue * 2 - 0.5, 0, 1))
    painting.horizon = canvas.height * 3.0
    paint_stars(painting, 1.0, int(2600 * canvas.width * canvas.height / (canvas.unit**2 * 16 / 9)))
    painting.sun_y = canvas.height * 0.26
    canvas.glow(painting.sun_x, painting.sun_y, canvas.unit * 0.03, light.sun, 1.0)
    canvas.glow(painting.sun_x, painting.sun_y, canvas.unit * 0.22, light.sun, 0.35)
    _paint_planet(painting)


def _paint_planet(painting: Painting) -> None:
    canvas, rng = painting.canvas, painting.rng
    radius = canvas.unit * 0.55
    centre_x = canvas.width / 2 - painting.side * canvas.width * 0.20
    centre_y = canvas.height - radius * 0.42
    x, y = (canvas.x - centre_x) / np.float32(radius), (canvas.y - centre_y) / np.float32(radius)
    away = np.hypot(x, y)
    bulge = np.sqrt(np.clip(1 - away**2, 0, 1))
    lambert = np.clip(x * painting.side * 0.72 - y * 0.50 + bulge * 0.22, 0, 1)
    size = canvas.width, canvas.height
    bands = np.clip(clouds(rng, size, 3, 6, 0.35) * 1.9 + clouds(rng, size, 4, 5) * 0.7 - 0.82, 0, 1)
    dark, pale = [
        (("2c5d8f", "e7e0cf"), ("7a4a34", "e6b98a"), ("3a6a62", "d9e2c6"))[int(rng.integers(0, 3))][i] for i in (0, 1)
    ]
    lit = lambert**0.8 * 1.1 + 0.012
    first, second = rgb(dark)[:, None, None], rgb(pale)[:, None, None]
    canvas.cover(np.clip((1 - away) * radius + 0.5, 0, 1), (first + (second - first) * bands) * lit)
    rim = np.exp(-np.clip(np.abs(away - 1) * 26, 0, 30)) * np.clip(x * painting.side * 0.75 - y * 0.45 + 0.35, 0, 1)
    canvas.add_light(np.clip(rim * 0.9, 0, 1), rgb("8fd0ff"))


def paint_undersea(painting: Painting) -> None:
    """Paint water that darkens with depth, sun rays from the surface, a sea bed and drifting particles."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    for plane, tone in zip(canvas.planes, gradient(light.sky, canvas.height), strict=True):
        plane[:] = tone[:, None]
    angle = np.arctan2(canvas.x - painting.sun_x, canvas.y + np.float32(canvas.unit * 0.24))
    shafts = skyline(rng, 4096, 44, 4)
    rays = shafts[np.clip((angle + 1.6) / 3.2 * 4095, 0, 4095).astype(int)]
    rays = np.clip(rays * 2.4 - 1.0, 0, 1) * np.clip(1 - canvas.y / np.float32(canvas.height * 0.95), 0, 1) ** 1.3
    canvas.add_light(rays * np.float32(0.5), light.sun)
    painting.rays = rays
    canvas.glow(painting.sun_x, -canvas.unit * 0.05, canvas.unit * 0.25, light.sun, 0.7)
    painting.sun_y = 0.0
    paint_ridges(painting, 3, 0.74, 0.90, 0.24, 2.2, True)
    crest = canvas.height * 0.94 - (skyline(rng, canvas.width, 3, 7) - 0.5) * canvas.unit * 0.11
    paint_ground(painting, np.asarray(crest, np.float32), grass=0.075)
    motes = np.zeros((canvas.height, canvas.width), np.float32)
    count = 260
    motes[rng.integers(0, canvas.height, count), rng.integers(0, canvas.width, count)] = rng.random(
        count, dtype=np.float32
    )
    spread = max(0.8, canvas.unit * 0.002)
    motes = cv2.GaussianBlur(motes, (0, 0), spread) * np.float32(3 * spread * spread)
    canvas.add_light(np.clip(motes, 0, 0.55), light.sun)
