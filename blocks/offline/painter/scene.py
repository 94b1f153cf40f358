"""Paints what was read from a prompt, back to front: the place, the subjects, then what is in the air."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from blocks.offline.painter.canvas.canvas import U8, Canvas, Painting
from blocks.offline.painter.canvas.finish import develop, grade
from blocks.offline.painter.canvas.noise import F32, skyline
from blocks.offline.painter.canvas.palettes import light_for, mix, rgb
from blocks.offline.painter.places.city import paint_city
from blocks.offline.painter.places.dressing import standing_lamp
from blocks.offline.painter.places.halls import paint_hall, paint_theatre
from blocks.offline.painter.places.hills import paint_hills
from blocks.offline.painter.places.interior import paint_room
from blocks.offline.painter.places.land import paint_dunes, paint_ground, paint_ridges
from blocks.offline.painter.places.sill import paint_sill
from blocks.offline.painter.places.sky import paint_sky
from blocks.offline.painter.places.space_and_undersea import paint_space, paint_undersea
from blocks.offline.painter.places.station import paint_station
from blocks.offline.painter.places.streets import (
    paint_cottages,
    paint_lane,
    paint_moon,
    paint_river,
    paint_road,
    paint_street,
)
from blocks.offline.painter.places.water import paint_water, shore_line
from blocks.offline.painter.places.waves import paint_breakers, paint_surf
from blocks.offline.painter.places.weather import (
    defocus,
    paint_fog,
    paint_fog_about,
    paint_halos,
    paint_lightning,
    paint_rain,
    paint_snow,
)
from blocks.offline.painter.places.woods import paint_birches, paint_jungle, paint_spring
from blocks.offline.painter.prompt.places_in_prompt import FURNITURE, HANDHELD, INSIDE
from blocks.offline.painter.prompt.reader import Reading
from blocks.offline.painter.prompt.subjects import kinds_with
from blocks.offline.painter.subjects_in_frame import paint_stray_birds, paint_subjects
from blocks.offline.painter.words_card import paint_words_card

_IN_THE_SKY = kinds_with("in the sky")
"""Kinds of subjects that are in the sky: with one of them no stray birds are drawn."""


_WORKING_PIXELS = 1408 * 792
"""Pixels of the largest picture that is painted in full size; a larger one is enlarged from it before the grain."""

_HORIZONS = {
    "sea": 0.60,
    "shore": 0.60,
    "ice": 0.60,
    "lake": 0.62,
    "river": 0.64,
    "desert": 0.62,
    "field": 0.66,
    "road": 0.66,
    "village": 0.66,
    "mountain": 0.74,
    "forest": 0.84,
    "jungle": 0.66,
    "city": 0.82,
    "street": 0.62,
    "none": 0.72,
    "space": 1.0,
    "moon": 1.0,
    "undersea": 1.0,
    "room": 0.80,
    "kitchen": 0.80,
    "library": 0.80,
    "hall": 0.80,
    "laboratory": 0.80,
    "cafe": 0.80,
    "workshop": 0.80,
    "stage": 0.80,
    "station": 0.70,
}


class Painted(NamedTuple):
    """A picture, (height, width, 3) uint8 RGB, and where its subject is, in shares of width and height, 0 to 1.

    `focus` is None for a picture without a subject.
    """

    picture: U8
    focus: tuple[float, float] | None


def paint_scene(reading: Reading, prompt: str, size: tuple[int, int], seed: int) -> Painted:
    """Paint a reading and return its picture, of exactly `size` (width, height) pixels.

    `prompt` and `seed` seed the random numbers: another of either gives another picture.
    """
    width, height = size
    shrink = min(1.0, (_WORKING_PIXELS / (width * height)) ** 0.5)
    rng = np.random.default_rng([zlib.crc32(prompt.encode("utf-8", "surrogatepass")), seed])
    canvas = Canvas(max(16, round(width * shrink)), max(16, round(height * shrink)))
    painting = Painting(canvas, light_for(reading), rng, _HORIZONS[reading.biome])
    _paint_place(painting, reading)
    if reading.card:
        paint_words_card(painting, reading.title)
    else:
        foggy = reading.has("fog") and reading.shot == "close" and reading.biome not in INSIDE
        if foggy:
            paint_fog_about(painting, 0.62)
        if reading.shot != "wide":
            defocus(painting, 0.0025 if reading.shot == "medium" else 0.006)
        paint_subjects(painting, reading)
        if foggy:
            paint_fog_about(painting, 0.14)
        if reading.has("fog") and reading.biome not in INSIDE:
            paint_halos(painting)
        _paint_air(painting, reading)
    grade(canvas)
    return Painted(develop(canvas, size, rng), painting.focus)


def _paint_place(painting: Painting, reading: Reading) -> None:
    biome = reading.biome
    if biome == "hall":
        paint_hall(painting)
    elif biome == "stage":
        paint_theatre(painting)
    elif "sill" in reading.features and reading.shot != "close":
        paint_sill(painting, reading.hour, reading.has("rain") or reading.has("storm"))
    elif biome in INSIDE:
        own_things = any(s.kind in (*HANDHELD, *FURNITURE) for s in reading.subjects)
        wet, named = reading.has("rain") or reading.has("storm"), "lamp" if standing_lamp(reading) else ""
        paint_room(painting, reading.hour, biome, wet, own_things, named)
    elif biome == "moon":
        paint_space(painting)
        paint_moon(painting)
    elif biome == "space":
        paint_space(painting)
        if any(s.kind not in ("astronaut", "rocket") for s in reading.subjects):
            paint_ground(painting, _rise(painting, 0.90, 0.10))
    elif biome == "undersea":
        paint_undersea(painting)
    else:
        closed = {"storm": 1.3, "rain": 1.2, "overcast": 1.1, "snow": 0.9, "fog": 0.6}
        cover = max((closed[w] for w in reading.weather), default=0.45 if reading.hour == "night" else 0.8)
        paint_sky(painting, cover, reading.hour == "night", reading.weather == ("overcast",))
        if reading.has("storm"):
            paint_lightning(painting)
        _LANDS.get(biome, _paint_open)(painting, reading)
        if reading.has("fog"):
            paint_fog(painting, 0.70, 1.25)


def _rise(painting: Painting, row: float, roll: float, cells: float = 1.6) -> F32:
    """Return a gentle ground line at `row` (share of the height), which rises and falls by `roll` units.

    It is the row of the ground for each column: (width,) float32 pixels.
    """
    canvas = painting.canvas
    peaks = max(1.0, cells * canvas.width / (canvas.unit * 16 / 9))
    return np.asarray(
        canvas.height * row - (skyline(painting.rng, canvas.width, peaks, 6) - 0.5) * canvas.unit * roll, np.float32
    )


def _paint_sea(painting: Painting, reading: Reading) -> None:
    row = painting.horizon / painting.canvas.height
    if painting.rng.random() < 0.7:
        paint_ridges(painting, 2, row - 0.008, row + 0.006, 0.10, 2.2, False)
    paint_water(painting)
    if reading.has("storm"):
        paint_breakers(painting)


def _paint_shore(painting: Painting, reading: Reading) -> None:
    _paint_sea(painting, reading)
    crest = shore_line(painting)
    if reading.has("storm"):
        paint_surf(painting, crest)
    paint_ground(painting, crest, snow=reading.has("snow"))


def _paint_ice(painting: Painting, reading: Reading) -> None:
    row = painting.horizon / painting.canvas.height
    paint_ridges(painting, 2, row - 0.01, row + 0.012, 0.26, 2.0, True, snowcaps=True)
    paint_water(painting)
    paint_ground(painting, _rise(painting, 0.90, 0.10, 2.2), snow=True)


def _paint_mountain(painting: Painting, reading: Reading) -> None:
    paint_ridges(painting, 5, 0.44, 0.86, 0.42, 1.6, True, snowcaps=True)
    paint_fog(painting, 0.80, 0.7)
    paint_ground(painting, _rise(painting, 0.925, 0.11, 2), grass=0.02, snow=reading.has("snow"))
    if set(reading.features) & {"river", "road"}:
        paint_ground(painting, _rise(painting, 0.82, 0.05, 2), grass=0.012, snow=reading.has("snow"))
        _paint_way(painting, reading, 0.82)


def _paint_forest(painting: Painting, reading: Reading) -> None:
    if "birch" in reading.features:
        paint_ridges(painting, 2, 0.56, 0.70, 0.10, 1.5, False)
        paint_fog(painting, 0.66, 0.9)
        paint_birches(painting)
        _paint_way(painting, reading, 0.80)
        return
    if "spring" in reading.features and not reading.has("snow"):
        painting.sun_y = max(painting.sun_y, painting.canvas.height * 0.40)
        # Spring grass is green in any light.
        light = painting.light
        painting.light = replace(light, near=mix(light.near, rgb("466b2c"), 0.22 + 0.5 * light.ambient))
        paint_spring(painting)
        canvas = painting.canvas
        canvas.glow(
            painting.sun_x, canvas.height * 0.55, canvas.unit * 0.20, painting.light.sun, 0.6 * painting.light.strength
        )
        paint_ground(painting, _rise(painting, 0.86, 0.03, 2), grass=0.03)
        _paint_way(painting, reading, 0.80)
        return
    paint_ridges(painting, 5, 0.46, 0.84, 0.18, 1.5, False, trees=True)
    paint_fog(painting, 0.80, 0.8)
    paint_ground(painting, _rise(painting, 0.885, 0.05, 2), grass=0.022, snow=reading.has("snow"))
    _paint_way(painting, reading, 0.86)


def _paint_way(painting: Painting, reading: Reading, row: float) -> None:
    """Paint the road or river that runs through a place; in a place without subjects a path that leads to the light."""
    if "river" in reading.features:
        paint_river(painting, row)
    elif "road" in reading.features or not reading.subjects:
        paint_road(painting, row)
    else:
        return
    painting.ground = _rise(painting, 0.93, 0.02)


def _paint_desert(painting: Painting, reading: Reading) -> None:
    paint_dunes(painting, 0.56, 0.90)
    painting.ground = _rise(painting, 0.94, 0.02)
    if set(reading.features) & {"river", "road"}:
        _paint_way(painting, reading, 0.80)


def _paint_field(painting: Painting, reading: Reading) -> None:
    if "hills" in reading.features:
        paint_hills(painting, 0.54, 0.80, reading.has("snow"))
        paint_ground(painting, _rise(painting, 0.86, 0.20, 0.8), grass=0.024, snow=reading.has("snow"))
    else:
        paint_ridges(painting, 4, 0.58, 0.79, 0.13, 1.4, False, snow=reading.has("snow"))
        paint_fog(painting, 0.74, 0.5)
        paint_ground(painting, _rise(painting, 0.86, 0.085, 1.2), grass=0.034, snow=reading.has("snow"))
    if set(reading.features) & {"river", "road"}:
        paint_ground(painting, _rise(painting, 0.79, 0.02, 1.2), grass=0.012, snow=reading.has("snow"))
        _paint_way(painting, reading, 0.78)


def _paint_town(painting: Painting, reading: Reading) -> None:
    paint_city(painting, "ruins" in reading.features)


def _paint_open(painting: Painting, reading: Reading) -> None:
    """Paint a place that the prompt does not name: low hills under the sky."""
    paint_ridges(painting, 2, 0.74, 0.86, 0.10, 1.2, False)
    painting.ground = _rise(painting, 0.92, 0.03)


def _paint_lake(painting: Painting, reading: Reading) -> None:
    row = painting.horizon / painting.canvas.height
    paint_ridges(painting, 4, row - 0.16, row + 0.004, 0.24, 1.8, False, trees=True)
    paint_water(painting)
    paint_ground(painting, _rise(painting, 0.955, 0.06, 1.2), grass=0.05, snow=reading.has("snow"))


def _paint_river(painting: Painting, reading: Reading) -> None:
    paint_ridges(painting, 5, 0.46, 0.72, 0.18, 1.5, False, trees=True)
    paint_ground(painting, _rise(painting, 0.715, 0.02, 1.2), grass=0.012, snow=reading.has("snow"))
    paint_river(painting)
    painting.ground = _rise(painting, 0.93, 0.02)


def _paint_road(painting: Painting, reading: Reading) -> None:
    _paint_field(painting, reading)
    paint_ground(painting, _rise(painting, 0.775, 0.02, 1.2), grass=0.012, snow=reading.has("snow"))
    if any(s.kind in ("bicycle", "car", "horse") for s in reading.subjects):
        paint_lane(painting)
        return
    paint_road(painting)
    painting.ground = _rise(painting, 0.92, 0.02)


def _paint_village(painting: Painting, reading: Reading) -> None:
    paint_ridges(painting, 3, 0.52, 0.70, 0.16, 1.6, False, snow=reading.has("snow"))
    paint_ground(painting, _rise(painting, 0.70, 0.05, 1.2), snow=reading.has("snow"))
    paint_cottages(painting, reading.has("snow"))
    paint_ground(painting, _rise(painting, 0.885, 0.05, 1.2), grass=0.03, snow=reading.has("snow"))


def _paint_street(painting: Painting, reading: Reading) -> None:
    wet = reading.has("rain") or reading.has("storm")
    if reading.biome == "station":
        paint_station(painting, wet, reading.has("snow"))
    else:
        paint_street(painting, "canal" in reading.features, wet)


def _paint_jungle(painting: Painting, reading: Reading) -> None:
    paint_fog(painting, 0.62, 1.0)
    ways = {"river": lambda: paint_river(painting, 0.70), "road": lambda: paint_road(painting, 0.72)}
    paint_jungle(painting, 0.05, next((ways[f] for f in reading.features if f in ways), None))
    if painting.ground is None:
        painting.ground = _rise(painting, 0.93, 0.02)


_LANDS: dict[str, Callable[[Painting, Reading], None]] = {
    "sea": _paint_sea,
    "shore": _paint_shore,
    "ice": _paint_ice,
    "mountain": _paint_mountain,
    "forest": _paint_forest,
    "desert": _paint_desert,
    "lake": _paint_lake,
    "river": _paint_river,
    "road": _paint_road,
    "village": _paint_village,
    "street": _paint_street,
    "jungle": _paint_jungle,
    "field": _paint_field,
    "city": _paint_town,
    "station": _paint_street,
}


def _paint_air(painting: Painting, reading: Reading) -> None:
    if painting.rays is not None:
        painting.canvas.add_light(painting.rays * np.float32(0.20), painting.light.sun)
    clear = not reading.weather and reading.hour != "night"
    open_sky = reading.biome in ("sea", "shore", "field", "mountain") and reading.shot == "wide"
    aloft = any(s.kind in _IN_THE_SKY for s in reading.subjects)
    if open_sky and clear and not aloft:
        paint_stray_birds(painting)
    if reading.biome in INSIDE:
        return
    if reading.has("rain") or reading.has("storm"):
        paint_rain(painting, reading.has("storm"))
    if reading.has("snow"):
        paint_snow(painting)
