"""Palettes: the colours of sky, haze, shadows and things at each hour and in each weather.

The skies have four colours each, chosen by eye on finished frames. A weather changes the palette of the hour instead of
replacing it, so that fog at dawn still looks like dawn. Colours are display-referred sRGB, 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from blocks.offline.painter.canvas.noise import F32
from blocks.offline.painter.prompt.places_in_prompt import INSIDE
from blocks.offline.painter.prompt.reader import Reading


def rgb(hexadecimal: str) -> F32:
    """Return the colour 'rrggbb' as (3,) float32, 0 to 1."""
    return np.array([int(hexadecimal[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def mix(first: F32, second: F32, share: float) -> F32:
    """Return a blend of two colours; `share` is that of the second, 0 to 1."""
    return first * np.float32(1 - share) + second * np.float32(share)


@dataclass(frozen=True, eq=False)
class Light:
    """The light of a picture. Colours are (3,) float32; `sky` is (4, 3), zenith to horizon."""

    sky: F32
    sun: F32
    near: F32
    """The darkest tone: that of unlit things close to the camera."""
    haze: F32
    """The colour into which distant things fade."""
    elevation: float
    """Height of sun or moon above the horizon, in units (see `canvas.py`)."""
    strength: float
    """Strength of direct light (rims, glitter, glow), 0 to 1."""
    ambient: float
    """How much of a thing's own colour shows, 0 to 1."""
    lamps: float
    """How many windows are lit, 0 to 1."""
    stars: float
    disc: float
    """How clearly the sun or moon is seen, 0 to 1."""


class _Hour(NamedTuple):
    sky: str
    sun: str
    near: str
    haze: str
    elevation: float
    strength: float
    ambient: float
    lamps: float
    stars: float


_HOURS = {
    "dawn": _Hour("2f4272 7b78a6 e39a90 ffd9ad", "ffe6ba", "1f2545", "e6a894", 0.07, 0.9, 0.36, 0.35, 0.10),
    "morning": _Hour("3c78b4 83b2d8 c6dde4 fdf0d0", "fff1c9", "213d3c", "c6d6d6", 0.24, 0.72, 0.60, 0.10, 0.0),
    "noon": _Hour("2a72b4 589fd2 a3cde6 e6f1f0", "fffbe8", "1c3a42", "b7d3de", 0.50, 0.8, 0.72, 0.05, 0.0),
    "golden": _Hour("3a5a86 9590a0 f0a864 ffe2a6", "fff0c4", "2b1d25", "f0b27a", 0.15, 1.0, 0.42, 0.30, 0.0),
    "dusk": _Hour("151b40 4a3d76 b8587e ffa070", "ffc890", "15112b", "9f577c", 0.035, 0.8, 0.26, 0.80, 0.35),
    "night": _Hour("050a1c 0b1938 183056 2d5276", "e4eeff", "050912", "24426a", 0.46, 0.55, 0.17, 1.0, 1.0),
}
_SPACE = _Hour("02030a 050717 080d24 0d1633", "fff4dc", "04050c", "1a2750", 0.50, 0.75, 0.45, 1.0, 1.0)
_UNDERSEA = _Hour("8be4de 2fa6b8 105f86 062b4d", "dffcf4", "04192b", "11567c", 0.95, 0.6, 0.35, 0.2, 0.0)
_ROOM = {
    "dawn": _Hour("3a3036 4a3b3c 5b4844 4a3936", "ffd9b0", "120d10", "5c4740", 0.30, 0.8, 0.50, 0.5, 0.0),
    "morning": _Hour("5c5449 7d6f5c 94846b 6f6350", "ffeec6", "1c1713", "8a7c68", 0.30, 0.95, 0.62, 0.15, 0.0),
    "noon": _Hour("5a5650 6f6a60 857d70 6b6459", "fff4dc", "1d1a18", "8a8174", 0.30, 0.8, 0.65, 0.2, 0.0),
    "golden": _Hour("33261d 4a3527 6a4a31 4a3324", "ffd592", "120c08", "6b4a30", 0.30, 0.9, 0.50, 0.5, 0.0),
    "dusk": _Hour("201b2c 30263a 493044 332434", "f0a988", "0c0912", "4a3346", 0.30, 0.7, 0.38, 0.9, 0.2),
    "night": _Hour("0b0e18 121624 1d2233 141826", "a9c4ee", "05060b", "232a3e", 0.30, 0.5, 0.38, 1.0, 1.0),
}


def light_for(reading: Reading) -> Light:
    """Return the light of a reading: the palette of its place and hour, changed by its weather."""
    if reading.biome in ("space", "moon"):
        chosen = _SPACE
    elif reading.biome == "undersea":
        chosen = _UNDERSEA
    elif reading.biome in INSIDE:
        chosen = _ROOM[reading.hour]
    else:
        chosen = _HOURS[reading.hour]
    light = Light(
        sky=np.stack([rgb(stop) for stop in chosen.sky.split()]),
        sun=rgb(chosen.sun),
        near=rgb(chosen.near),
        haze=rgb(chosen.haze),
        elevation=chosen.elevation,
        strength=chosen.strength,
        ambient=chosen.ambient,
        lamps=chosen.lamps,
        stars=chosen.stars,
        disc=1.0,
    )
    if reading.biome in INSIDE:
        return light
    for weather in reading.weather:
        light = _WEATHERS[weather](light)
    if reading.biome in ("field", "forest", "lake", "river", "road", "village", "jungle") and reading.hour != "night":
        light = replace(light, near=mix(light.near, rgb("20402a"), 0.25 + 0.4 * light.ambient))
        if light.ambient > 0.5 and not reading.has("snow"):
            # By day a meadow is green to the horizon, not only near the camera.
            green = 0.08 if reading.weather else 0.3
            meadow = rgb("5f7053" if "overcast" in reading.weather else "4a7a34")
            light = replace(light, near=mix(light.near, meadow, 0.5), haze=mix(light.haze, rgb("a9bf8a"), green))
    if reading.biome in ("city", "street", "station") and light.ambient < 0.4:
        # Street lamps make a night in the city brighter than one in a forest.
        light = replace(light, ambient=light.ambient + 0.16)
    if reading.biome == "ice" or reading.has("snow"):
        light = replace(light, near=mix(light.near, rgb("2c425c"), 0.35 * light.ambient + 0.1))
    return light


def _value(colour: F32) -> float:
    return float(colour @ np.array([0.2126, 0.7152, 0.0722], np.float32))


def _veil(light: Light, tint: str, share: float, gain: float) -> Light:
    """Return the light with its sky and haze drawn towards their mean brightness, in the tint of a weather."""
    colour = rgb(tint)
    veil = colour * np.float32(gain * _value(light.sky.mean(0)) / _value(colour))
    sky = light.sky * np.float32(1 - share) + veil * np.float32(share)
    return replace(light, sky=np.clip(sky, 0, 1).astype(np.float32), haze=np.clip(mix(light.haze, veil, share), 0, 1))


def _fog(light: Light) -> Light:
    lit = _veil(light, "d9d4cb", 0.62, 1.25)
    near = mix(light.near, lit.haze, 0.16)
    return replace(lit, near=near, strength=light.strength * 0.6, stars=light.stars * 0.1, disc=0.45)


def _rain(light: Light) -> Light:
    lit = replace(_veil(light, "7c8c99", 0.66, 0.68), sun=mix(light.sun, rgb("c4d0da"), 0.5))
    return replace(lit, strength=light.strength * 0.5, stars=0.0, disc=0.0, lamps=max(light.lamps, 0.6))


def _storm(light: Light) -> Light:
    lit = replace(_veil(light, "5f7078", 0.82, 0.46), sun=mix(light.sun, rgb("c4d0da"), 0.65))
    near = light.near * np.float32(0.7)
    return replace(lit, near=near, strength=light.strength * 0.55, stars=0.0, disc=0.0, lamps=max(light.lamps, 0.7))


def _snow(light: Light) -> Light:
    lit = _veil(light, "c9d4e2", 0.44, 1.02)
    return replace(lit, strength=light.strength * 0.8, stars=light.stars * 0.3, disc=light.disc * 0.35)


def _overcast(light: Light) -> Light:
    lit = _veil(light, "a9b1b5", 0.88, 0.94)
    near = mix(light.near, rgb("4a5254"), 0.22 * light.ambient)
    sun = mix(light.sun, rgb("d3d9dc"), 0.7)
    return replace(lit, sun=sun, near=near, strength=light.strength * 0.22, stars=0.0, disc=0.0)


_WEATHERS = {"fog": _fog, "rain": _rain, "storm": _storm, "snow": _snow, "overcast": _overcast}
