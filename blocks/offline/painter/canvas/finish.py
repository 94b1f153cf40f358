"""The last steps of a picture: bloom, vignette, split tone and grain, then eight bits and PNG."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from blocks.offline.painter.canvas.canvas import U8, Canvas
from blocks.offline.painter.canvas.noise import Rng

_PNG_LEVEL = 1
"""zlib level: grain hardly compresses, so more effort costs time and saves little."""


def grade(canvas: Canvas) -> None:
    """Make lights bloom, darken the corners, cool the shadows and warm the lights; changes the canvas in place."""
    height, width = canvas.height, canvas.width
    small_size = max(2, width // 8), max(2, height // 8)
    spread = max(0.8, canvas.unit * 0.0046)
    bright = []
    for plane in canvas.planes:
        np.clip(plane, 0, 1.4, out=plane)
        small = np.clip(cv2.resize(plane, small_size, interpolation=cv2.INTER_AREA) - 0.62, 0, 1)
        bright.append(
            cv2.GaussianBlur(small, (0, 0), spread) + cv2.GaussianBlur(small, (0, 0), spread * 3.6) * np.float32(0.9)
        )
    across = ((canvas.x - width / 2) / np.float32(width * 0.62)) ** 2
    down = ((canvas.y - height / 2) / np.float32(height * 0.66)) ** 2
    vignette = np.clip(across + down, 0, 1.4)
    vignette **= np.float32(1.3)
    vignette *= np.float32(-0.36)
    vignette += 1
    luminance = np.zeros((height, width), np.float32)
    for plane, bloom in zip(canvas.planes, bright, strict=True):
        plane += cv2.resize(bloom, (width, height), interpolation=cv2.INTER_LINEAR) * np.float32(0.5)
        plane *= vignette
        luminance += plane
    luminance /= 3
    shadow = 1 - np.clip(luminance * np.float32(2.2), 0, 1)
    high = np.clip(luminance - np.float32(0.55), 0, 1)
    for plane, cool, warm in zip(canvas.planes, (-0.010, 0.004, 0.020), (0.05, 0.015, -0.05), strict=True):
        plane += shadow * np.float32(cool)
        plane += high * np.float32(warm)
        np.maximum(plane, 0, out=plane)
        # A soft shoulder: highlights approach white instead of clipping.
        plane *= (1 + plane * np.float32(0.12)) / (1 + plane * np.float32(0.16))


def develop(canvas: Canvas, size: tuple[int, int], rng: Rng) -> U8:
    """Return the picture as (height, width, 3) uint8 RGB, enlarged to `size` (width, height), with film grain."""
    width, height = size
    coarse = max(2, width * 2 // 3), max(2, height * 2 // 3)
    grain = rng.standard_normal((coarse[1], coarse[0]), dtype=np.float32)
    grain *= np.float32(0.011)
    fine = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)
    picture = np.empty((height, width, 3), np.uint8)
    for c, plane in enumerate(canvas.planes):
        large = plane if plane.shape == (height, width) else cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC)
        toned = large + fine
        np.clip(toned, 0, 1, out=toned)
        toned *= 255
        toned += 0.5
        picture[..., c] = toned.astype(np.uint8)
    return picture


def encode_png(picture: U8) -> bytes:
    """Encode (height, width, 3) uint8 RGB as PNG."""
    into = io.BytesIO()
    Image.fromarray(picture).save(into, "PNG", compress_level=_PNG_LEVEL)
    return into.getvalue()
