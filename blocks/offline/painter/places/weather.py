"""Weather in front of a place: fog, rain, snow, lightning; and the blur of what is out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Painting, soften
from blocks.offline.painter.canvas.noise import clouds
from blocks.offline.painter.canvas.palettes import mix, rgb


def paint_fog(painting: Painting, row: float, thickness: float) -> None:
    """Paint a bank of fog around `row` (share of the height); `thickness` 0 to about 1.3."""
    canvas = painting.canvas
    top = max(0, int(canvas.height * (row - 0.34)))
    rows = canvas.height - top
    bank = clouds(painting.rng, (canvas.width, rows), 3, 5, 0.3)
    bank *= np.exp(-(((canvas.y[top:] - canvas.height * row) / np.float32(canvas.height * 0.13)) ** 2)) * np.float32(
        thickness
    )
    canvas.cover(np.clip(bank, 0, 0.9), np.minimum(painting.light.haze * np.float32(1.03), 1), 0, top)


def paint_fog_about(painting: Painting, share: float) -> None:
    """Fill the whole frame with uneven fog, about `share` (0 to 1) thick, which hides what is far behind a subject."""
    canvas = painting.canvas
    drift = clouds(painting.rng, (canvas.width, canvas.height), 3, 4, 0.5) - np.float32(0.5)
    low = 0.75 + 0.45 * canvas.y / np.float32(canvas.height)
    veil = np.clip((np.float32(share) + drift * np.float32(0.7 * share)) * low, 0, 0.92)
    canvas.cover(veil.astype(np.float32), np.minimum(painting.light.haze * np.float32(1.05), 1))


_FLAMES = {"lantern": 0.34, "candle": 0.86, "fire": 0.4}
"""Kinds of things that shine through fog, and where their flame is, as a share of their height."""


def paint_halos(painting: Painting) -> None:
    """Paint the light of each flame in the picture on the fog around it: a bright core and a wide soft ball."""
    strength = 0.25 + 0.55 * painting.light.lamps
    for kind, share in _FLAMES.items():
        if kind in painting.placed:
            x, foot, height = painting.placed[kind]
            painting.canvas.glow(x, foot - height * share, height * 0.28, rgb("ffc27a"), strength * 0.55)
            painting.canvas.glow(x, foot - height * share, height * 0.85, rgb("ffa552"), strength * 0.62)


def paint_rain(painting: Painting, heavy: bool) -> None:
    """Paint slanting rain over the picture; `heavy` has more of it."""
    canvas, rng = painting.canvas, painting.rng
    half_w, half_h = canvas.width // 2, canvas.height // 2
    scale = canvas.unit / 1080
    drops = np.zeros((half_h, half_w), np.float32)
    count = int((3600 if heavy else 2400) * canvas.width * canvas.height / (canvas.unit**2 * 16 / 9))
    drops[rng.integers(0, half_h, count), rng.integers(0, half_w, count)] = rng.random(count, dtype=np.float32)
    long = max(5, int(40 * scale)) | 1
    streak = np.zeros((long, long), np.float32)
    lean = int(long * (0.14 if heavy else 0.07)) * painting.side
    cv2.line(streak, (long // 2 - lean, 0), (long // 2 + lean, long - 1), 1.0, 1, cv2.LINE_AA)
    rain = cv2.filter2D(drops, -1, streak / np.float32(max(1.0, 6 * scale)))
    rain = cv2.resize(rain, (canvas.width, canvas.height), interpolation=cv2.INTER_LINEAR)
    canvas.add_light(np.clip(rain * np.float32(0.62), 0, 1), painting.light.haze * np.float32(0.6) + np.float32(0.16))


def paint_snow(painting: Painting) -> None:
    """Paint falling snow at three distances: fine and sharp far off, large and soft close by."""
    canvas, rng = painting.canvas, painting.rng
    scale = canvas.unit / 1080
    tone = mix(mix(painting.light.haze, np.ones(3, np.float32), 0.6), painting.light.sun, 0.2)
    for radius, count, opacity in ((1.6, 1300, 0.75), (3.0, 300, 0.65), (8.0, 42, 0.40)):
        flakes: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
        size = max(0.7, radius * scale)
        count = int(count * min(1.0, 0.2 + scale))
        for x, y in zip(rng.uniform(0, canvas.width, count), rng.uniform(0, canvas.height, count), strict=True):
            cv2.circle(flakes, (int(x * 16), int(y * 16)), int(size * 16), 255, -1, cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(flakes, (0, 0), size * 0.5).astype(np.float32) / np.float32(255)
        canvas.cover(soft * np.float32(opacity), tone)


def paint_lightning(painting: Painting) -> None:
    """Paint one flash of lightning on the light's side, with the clouds around it lit."""
    canvas, rng = painting.canvas, painting.rng
    bolt: U8 = np.zeros((canvas.height, canvas.width), np.uint8)
    foot = min(painting.horizon, canvas.height * 0.75)
    x, y, steps = painting.sun_x, -canvas.height * 0.02, 18
    top = (x, y)
    for step in range(steps):
        to_x = x + canvas.unit * rng.normal(0, 0.022)
        to_y = -canvas.height * 0.02 + (foot + canvas.height * 0.02) * (step + 1) / steps
        width = max(1, round(canvas.unit * 0.0032 * (1 - 0.6 * step / steps)))
        cv2.line(bolt, (int(x * 16), int(y * 16)), (int(to_x * 16), int(to_y * 16)), 255, width, cv2.LINE_AA, 4)
        if rng.random() < 0.3:
            fork = (to_x + canvas.unit * rng.normal(0, 0.07), to_y + canvas.unit * 0.06)
            cv2.line(
                bolt, (int(to_x * 16), int(to_y * 16)), (int(fork[0] * 16), int(fork[1] * 16)), 170, 1, cv2.LINE_AA, 4
            )
        x, y = to_x, to_y
    shine = bolt.astype(np.float32) / np.float32(255)
    canvas.add_light(np.clip(shine + soften(shine, canvas.unit * 0.008) * 2.2, 0, 1), rgb("dfe6ff"))
    canvas.glow(top[0], top[1], canvas.unit * 0.20, rgb("aab8e8"), 0.55)
    canvas.glow(x, y, canvas.unit * 0.08, rgb("aab8e8"), 0.35)


def defocus(painting: Painting, strength: float) -> None:
    """Blur all that is painted so far, as a lens focused on something close does; `strength` in units."""
    for plane in painting.canvas.planes:
        plane[:] = soften(plane, painting.canvas.unit * strength)
