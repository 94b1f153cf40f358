"""A railway station seen across its tracks: a hall under a canopy, two tracks, and the platform in front."""

from __future__ import annotations

import numpy as np

from blocks.offline.painter.canvas.canvas import Colour, Painting
from blocks.offline.painter.canvas.noise import clouds
from blocks.offline.painter.canvas.palettes import mix, rgb
from blocks.offline.painter.places.halls import fill
from blocks.offline.painter.places.land import paint_ridges

RAILS = 0.862
"""Row of the nearer rails, as a share of the height: trains stand on it."""
_EDGE = 0.895
"""Row of the near platform's edge, as a share of the height."""


def paint_station(painting: Painting, wet: bool = False, snow: bool = False) -> None:
    """Paint the far platform with its hall, the tracks, and the near platform.

    Args:
        wet: whether it rains: the near platform mirrors what is above it.
        snow: whether there is snow on roofs and platforms.
    """
    canvas = painting.canvas
    paint_ridges(painting, 2, 0.58, 0.66, 0.10, 1.4, False)
    middle = canvas.width * (0.5 - 0.08 * painting.side)
    _paint_hall(painting, middle, snow)
    _box(painting, 0, canvas.width, 0.700, 0.722, _stone(painting, "cfd5dc" if snow else "9a948a", 0.9))
    _box(painting, 0, canvas.width, 0.722, 0.762, _stone(painting, "4f4a46", 0.55))
    _paint_tracks(painting, middle)
    _box(painting, 0, canvas.width, _EDGE - 0.012, _EDGE, _stone(painting, "4f4a46", 0.45))
    _box(painting, 0, canvas.width, _EDGE, 1.0, _stone(painting, "cfd5dc" if snow else "8d877d", 0.85))
    _box(painting, 0, canvas.width, _EDGE + 0.012, _EDGE + 0.020, _stone(painting, "d8d2c0", 1.0))
    _weather(painting, wet)
    painting.ground = np.full(canvas.width, canvas.height * 0.955, np.float32)


def _stone(painting: Painting, tone: str, gain: float) -> Colour:
    light = painting.light
    local = mix(light.near, rgb(tone), 0.25 + 0.60 * light.ambient) * np.float32(gain)
    return mix(local, light.haze, 0.10)


def _box(painting: Painting, left: float, right: float, top: float, bottom: float, tone: Colour) -> None:
    """Fill a rectangle: columns in pixels, rows as shares of the height."""
    height = painting.canvas.height
    fill(
        painting, [(left, top * height), (right, top * height), (right, bottom * height), (left, bottom * height)], tone
    )


def _paint_hall(painting: Painting, middle: float, snow: bool) -> None:
    canvas, light = painting.canvas, painting.light
    unit, height = canvas.unit, canvas.height
    brick, dark = _stone(painting, "8a5a44", 0.95), _stone(painting, "3a3430", 0.6)
    roof = _stone(painting, "d5dbe2", 0.95) if snow else _stone(painting, "4a4a50", 0.8)
    half = min(unit * 0.62, canvas.width * 0.46)
    _box(painting, middle - half, middle + half, 0.400, 0.702, brick)
    eaves, ridge = height * 0.402, height * 0.330
    fill(
        painting,
        [
            (middle - half * 1.04, eaves),
            (middle - half * 0.92, ridge),
            (middle + half * 0.92, ridge),
            (middle + half * 1.04, eaves),
        ],
        roof,
    )
    gable = unit * 0.17
    fill(
        painting,
        [
            (middle - gable, height * 0.702),
            (middle - gable, height * 0.34),
            (middle, height * 0.34 - gable * 0.62),
            (middle + gable, height * 0.34),
            (middle + gable, height * 0.702),
        ],
        brick * np.float32(1.12),
    )
    for side in (-1, 1):
        fill(
            painting,
            [
                (middle, height * 0.34 - gable * 0.78),
                (middle, height * 0.34 - gable * 0.58),
                (middle + side * gable * 1.14, height * 0.352),
                (middle + side * gable * 1.14, height * 0.330),
            ],
            roof,
        )
    _paint_clock(painting, middle, height * 0.385)
    pane = mix(dark * np.float32(0.55), rgb("ffc876"), 0.08 + 0.82 * light.lamps)
    tall = height * 0.115
    for k in range(-4, 5):
        x, foot = middle + k * half * 0.225, height * (0.702 if k == 0 else 0.672)
        wide = unit * (0.050 if k == 0 else 0.030)
        turns = np.linspace(np.pi, 0, 9)
        arch = [(x + wide * float(np.cos(t)), foot - tall - wide * float(np.sin(t))) for t in turns]
        fill(painting, [(x - wide, foot), *arch, (x + wide, foot)], pane)
        fill(
            painting,
            [
                (x - wide * 0.07, foot),
                (x - wide * 0.07, foot - tall - wide),
                (x + wide * 0.07, foot - tall - wide),
                (x + wide * 0.07, foot),
            ],
            brick * np.float32(0.6),
        )
    # The canopy over the far platform: its roof, and the posts that carry it.
    reach = half * 1.25
    fill(
        painting,
        [
            (middle - reach, height * 0.512),
            (middle - half * 1.1, height * 0.472),
            (middle + half * 1.1, height * 0.472),
            (middle + reach, height * 0.512),
        ],
        roof * np.float32(1.0 if snow else 1.2),
    )
    _box(painting, middle - reach, middle + reach, 0.512, 0.526, _stone(painting, "7a6a4c", 1.0))
    for k in range(-3, 4):
        x = middle + k * reach * 0.31
        thick = unit * 0.006
        _box(painting, x - thick, x + thick, 0.526, 0.712, dark)
        for side in (-1, 1):
            fill(
                painting,
                [
                    (x, height * 0.560),
                    (x, height * 0.572),
                    (x + side * unit * 0.05, height * 0.528),
                    (x + side * unit * 0.04, height * 0.526),
                ],
                dark,
            )
        if light.lamps > 0.25:
            canvas.glow(x, height * 0.545, unit * 0.030, rgb("ffd08a"), 0.85 * light.lamps)


def _paint_clock(painting: Painting, x: float, y: float) -> None:
    unit, dark = painting.canvas.unit, _stone(painting, "2a211b", 0.7)
    face = mix(_stone(painting, "efe6cf", 1.0), rgb("ffe2a8"), 0.5 * painting.light.lamps)
    for radius, tone in ((0.036, dark), (0.030, face)):
        turns = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        fill(
            painting,
            [(x + unit * radius * float(np.cos(t)), y + unit * radius * float(np.sin(t))) for t in turns],
            tone,
        )
    for dx, dy in ((-0.016, -0.009), (0.004, -0.024)):
        across = unit * 0.0022
        fill(
            painting,
            [
                (x - across, y),
                (x + across, y),
                (x + unit * dx + across, y + unit * dy),
                (x + unit * dx - across, y + unit * dy),
            ],
            dark,
        )


def _paint_tracks(painting: Painting, middle: float) -> None:
    """Paint gravel, sleepers that converge towards the far side, and rails that mirror the sky."""
    canvas = painting.canvas
    height, unit = canvas.height, canvas.unit
    _box(painting, 0, canvas.width, 0.762, _EDGE, _stone(painting, "5f564c", 0.62))
    gravel = clouds(painting.rng, (canvas.width, int(height * _EDGE) - int(height * 0.762)), 90, 2, 0.5)
    canvas.planes[:, int(height * 0.762) : int(height * _EDGE)] *= 0.72 + 0.56 * gravel
    wood, steel = _stone(painting, "4a3a2c", 0.5), mix(_stone(painting, "8f949a", 1.0), painting.light.sun, 0.30)
    for far, near in ((0.784, 0.802), (0.836, RAILS)):
        pitch = unit * 0.075
        count = int(canvas.width / pitch) + 4
        for k in range(-count, count + 1):
            x = middle + k * pitch
            top, bottom = height * (far - 0.007), height * (near + 0.012)
            lean = 1 + 0.9 * (near - far) / 0.26
            fill(
                painting,
                [
                    (x - pitch * 0.16, top),
                    (x + pitch * 0.16, top),
                    (middle + (x - middle) * lean + pitch * 0.20, bottom),
                    (middle + (x - middle) * lean - pitch * 0.20, bottom),
                ],
                wood,
            )
        for row, thick in ((far, 0.0040), (near, 0.0060)):
            _box(painting, 0, canvas.width, row, row + thick, wood * np.float32(0.6))
            _box(painting, 0, canvas.width, row - thick * 0.7, row, steel)


def _weather(painting: Painting, wet: bool) -> None:
    """Paint joints and stains on the near platform; in rain it mirrors the lamps and the sky above."""
    canvas = painting.canvas
    top = int(canvas.height * _EDGE)
    rows = canvas.height - top
    stains = clouds(painting.rng, (canvas.width, rows), 16, 4, 0.3)
    canvas.planes[:, top:] *= 0.80 + 0.40 * stains
    if not wet:
        return
    down = np.arange(rows) / max(1, rows)
    source = np.clip((canvas.height * (0.70 - 0.52 * down)).astype(int), 0, top - 1)
    share = (0.30 + 0.45 * np.clip(stains * 2 - 0.6, 0, 1)).astype(np.float32)
    canvas.planes[:, top:] = canvas.planes[:, top:] * (1 - share) + canvas.planes[:, source] * share
