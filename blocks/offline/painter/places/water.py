"""Open water: it mirrors the picture above the horizon, broken by waves, with the glitter of the light on it."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import Painting
from blocks.offline.painter.canvas.noise import clouds, skyline


def paint_water(painting: Painting) -> None:
    """Paint the sea from the horizon down over what is there, mirroring what is already painted above it."""
    canvas, light, rng = painting.canvas, painting.light, painting.rng
    top = int(np.clip(painting.horizon, 2, canvas.height - 2))
    rows = canvas.height - top
    size = canvas.width, rows
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    swell = clouds(rng, size, 26 * rows / canvas.height, 4, 0.16) - np.float32(0.5)
    ripple = clouds(rng, size, 60 * rows / canvas.height, 3, 0.12) - np.float32(0.5)
    pixel = np.float32(canvas.unit / 1080)
    across = canvas.x + (swell * 60 + ripple * 24) * (depth * 1.6 + 0.15) * pixel
    # The mirror image is squeezed where there is less sky than water, as in a picture with a high horizon.
    reach = np.float32(min(1.0, (top - 2) / rows))
    up = top - 2 - (canvas.y[:rows] * reach) + (swell * 150 + ripple * 60) * (depth + 0.1) * pixel
    up = np.clip(up, 0, top - 1).astype(np.float32)
    glints = np.clip((ripple * 2.6 + swell * 1.6 + 0.12) * 2.4, 0, 1)
    path = np.exp(-(((canvas.x - painting.sun_x) / ((60 + depth * 230) * pixel)) ** 2)) * glints
    path *= np.float32(0.85 * light.strength * max(light.disc, 0.15))
    foam = np.clip(ripple * 3 + swell * 2 - 0.62, 0, 1) * depth * np.float32(0.25)
    for plane, near, haze, sun in zip(canvas.planes, light.near, light.haze, light.sun, strict=True):
        mirror = cv2.remap(plane[:top], across.astype(np.float32), up, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        mirror = mirror * (0.80 - 0.35 * depth)
        mirror += near * (0.12 + 0.30 * depth)
        mirror += path * sun + foam * haze
        plane[top:] = mirror
    strip = max(4, int(canvas.unit * 0.07))
    first = max(0, top - strip)
    mist = np.exp(-(((canvas.y[first : top + strip] - top) / np.float32(canvas.unit * 0.022)) ** 2)) * np.float32(0.42)
    canvas.cover(np.broadcast_to(mist, (mist.shape[0], canvas.width)), light.haze, 0, first)


def shore_line(painting: Painting) -> np.typing.NDArray[np.float32]:
    """Return the top line of a rocky shore in front, (width,) rows: low in front of the light, higher away from it."""
    canvas = painting.canvas
    across = np.linspace(0, 1, canvas.width, dtype=np.float32)
    away = across if painting.side < 0 else 1 - across
    rise = np.clip(away - 0.42, 0, 1) ** 1.1 * canvas.unit * 0.50
    rock = (
        (skyline(painting.rng, canvas.width, 5 * canvas.width / (canvas.unit * 16 / 9), 8, 0.5, True) - 0.5)
        * canvas.unit
        * 0.08
    )
    return np.asarray(canvas.height * 0.935 - rise - rock, np.float32)
