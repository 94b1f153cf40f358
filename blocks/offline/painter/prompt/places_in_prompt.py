"""The painter's places: what can be in each of them, which subjects belong where, and the usual hour of each.

Tables and a few small rules; `reader.py` reads prompts with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from blocks.offline.painter.prompt.subjects import ROWS, kinds_with

Biome = Literal[
    "sea",
    "shore",
    "lake",
    "river",
    "forest",
    "jungle",
    "mountain",
    "desert",
    "field",
    "road",
    "village",
    "city",
    "street",
    "station",
    "ice",
    "space",
    "moon",
    "undersea",
    "room",
    "kitchen",
    "library",
    "laboratory",
    "cafe",
    "workshop",
    "hall",
    "stage",
    "none",
]
Feature = Literal["birch", "spring", "ruins", "sill", "canal", "river", "road", "hills"]
"""Features of a place: its trees, its season or state, where small things stand, and what runs through it."""
Weather = Literal["storm", "rain", "fog", "snow", "overcast"]
Hour = Literal["dawn", "morning", "noon", "golden", "dusk", "night"]

PEOPLE = kinds_with("person")
LIVING = (*PEOPLE, *kinds_with("living"))
HANDHELD = kinds_with("held")
USUAL_HOUR: dict[str, Hour] = {
    "lake": "morning",
    "river": "morning",
    "jungle": "morning",
    "road": "golden",
    "village": "morning",
    "street": "dusk",
    "station": "morning",
    "moon": "night",
    "kitchen": "morning",
    "laboratory": "morning",
    "workshop": "morning",
    "cafe": "golden",
    "hall": "morning",
    "stage": "night",
    "sea": "golden",
    "shore": "golden",
    "forest": "dawn",
    "mountain": "dawn",
    "desert": "golden",
    "field": "golden",
    "city": "dusk",
    "ice": "morning",
    "room": "golden",
    "library": "golden",
    "space": "night",
    "undersea": "noon",
    "none": "golden",
}
HOME_OF = {kind: cast(Biome, row.home) for kind, row in ROWS.items() if row.home}
"""The place of each kind of subject where the prompt names none."""


ALWAYS_REPORTED = ("station", "lake", "river", "road", "stage", "hall", "moon")
"""Places that no other place includes, unlike the sea, which a shore includes."""
CROSSABLE = ("jungle", "mountain", "desert", "forest", "field")
"""Places that a river or a road may run through."""
OPEN_AIR = frozenset(kinds_with("with windows"))
"""Things with windows of their own: where a prompt names one, its window is seen from outside."""
SILL_THINGS = frozenset((*kinds_with("on sills"), *HANDHELD))
"""Kinds of things that fit on a windowsill."""
ROOMS = ("room", "kitchen", "library", "laboratory", "cafe", "workshop")
"""Rooms with a window in their back wall."""
INSIDE = (*ROOMS, "hall", "stage")
FURNITURE = kinds_with("furniture")
AT_SEA = frozenset(kinds_with("at sea"))
_PORTABLE = frozenset((*PEOPLE, *HANDHELD, *kinds_with("indoors")))
_UNDER_WATER = kinds_with("under water")


def home_of(places: list[str], kinds: Iterable[str]) -> Biome:
    """Return the place of a picture: the one that its prompt names first, else where one of its subjects belongs.

    Space and undersea come before any other; 'field' for subjects without a place, 'none' for nothing at all.
    """
    kinds = tuple(kinds)
    beyond = next((p for p in places if p in ("space", "undersea")), "")
    if beyond:
        return cast(Biome, beyond)
    if places:
        first = places[0]
        # "the beach by the sea" is a beach, whichever word came first.
        return cast(Biome, "shore" if first == "sea" and "shore" in places else first)
    return next((HOME_OF[k] for k in kinds if k in HOME_OF), "field" if kinds else "none")


def taken_outdoors(kinds: Iterable[str], shot: str, weather: bool, sky: bool) -> bool:
    """Tell whether things that belong in a room are outdoors here, in a prompt that names no place.

    Args:
        kinds: of the subjects.
        shot: its size; a close shot shows little but its subject and the weather behind it.
        weather: whether a weather is named, which a room would not show.
        sky: whether a light is named that only the sky gives, such as dusk.
    """
    kinds = set(kinds)
    if not kinds or kinds & {*FURNITURE, "hands", "eye"} or kinds & set(PEOPLE):
        return False
    return kinds <= set(HANDHELD) and (weather or (sky and shot == "close"))


_HEARTHS = frozenset(("fireplace", "hearth", "fireside", "chimney"))


def by_a_hearth(said: list[str], places: list[str]) -> bool:
    """Tell whether the fire of a prompt burns in a room: somebody is by "the fire", or there is a hearth or chimney.

    It does not where the prompt names a camp or a place in the wild.

    Args:
        said: all words of the prompt.
        places: the places that the prompt names.
    """
    if set(said) & {"campfire", "bonfire", "tent", "camp"} or not set(places) <= {"city", "street", "village", *INSIDE}:
        return False
    by = ("by", "at", "before", "near", "beside")
    return bool(set(said) & _HEARTHS) or any(
        w in by and said[i + 1 : i + 3] == ["the", "fire"] for i, w in enumerate(said)
    )


def fits(kind: str, biome: str) -> bool:
    """Tell whether a kind of subject can be in a place: no ship on a meadow, no deer under water."""
    if only := ROWS[kind].only:
        return biome in only
    if biome == "undersea":
        return kind in _UNDER_WATER
    return kind in _PORTABLE or biome not in INSIDE


def with_features(
    biome: Biome, places: list[str], named: list[str], kinds: Iterable[str]
) -> tuple[Biome, tuple[Feature, ...]]:
    """Return the place of a picture and its features: "a jungle river" is the jungle with the feature river.

    Args:
        biome: as `home_of` returns it.
        places: the places that the prompt names, in its order.
        named: the features that its words name.
        kinds: of the subjects.
    """
    found, kinds = dict.fromkeys(named), set(kinds)
    if biome not in ("room", "kitchen") or not kinds & SILL_THINGS or kinds & set(PEOPLE):
        found.pop("sill", None)
    wild = next((p for p in places if p in ("jungle", "mountain", "desert")), "")
    if biome in ("river", "road") and wild:
        biome = cast(Biome, wild)
    ways = [p for p in places if p in ("river", "road") and p != biome and biome in CROSSABLE]
    return biome, cast("tuple[Feature, ...]", (*found, *ways[:1]))
