"""Where and when a scene plays: a place of the setting or of the idea itself, its weather and its time of day.

All of it goes into `Scene.location`, in words that the painter knows. Called by `blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from blocks.offline.data_files import read_tables
from blocks.offline.writer.idea.domains import singulars
from blocks.offline.writer.lines import Lines
from blocks.offline.writer.settings import INTERIORS, KNOWN_WORDS, OPEN_COUNTRY, SETTINGS, Setting

_TABLES = read_tables("writer/places.txt")

HOURS: Mapping[str, str] = {
    "dawn": "at dawn",
    "morning": "in the morning",
    "noon": "at noon",
    "sunset": "at sunset",
    "dusk": "at dusk",
    "night": "at night",
}
"""The hours of the day in their order, each with the words that a location ends with."""

_HOUR_WORDS: Mapping[str, str] = _TABLES["hours"].index
_NAMED_ARCS: Mapping[str, tuple[str, ...]] = {
    "night": ("dusk", "night", "night", "night", "night", "dawn"),
    "dawn": ("night", "dawn", "dawn", "morning", "morning", "noon"),
    "morning": ("dawn", "morning", "morning", "noon"),
    "noon": ("morning", "noon", "sunset", "sunset"),
    "dusk": ("noon", "sunset", "dusk", "dusk", "night"),
}
_ARCS: tuple[tuple[str, ...], ...] = (
    ("dawn", "morning", "noon", "sunset", "dusk", "night"),
    ("morning", "noon", "sunset", "dusk", "night", "dawn"),
    ("night", "dawn", "morning", "noon", "sunset", "dusk"),
)
_TALE_ARCS: tuple[tuple[str, ...], ...] = (
    ("dawn", "morning", "noon", "dusk", "night", "dawn"),
    ("noon", "sunset", "dusk", "night", "dawn", "morning"),
    ("morning", "noon", "sunset", "dusk", "night", "morning"),
)
"""The hours that a tale may go through; it ends on the next morning. A film that looks at something lasts a day."""

SCENES_A_DAY = 8
"""Most scenes of one day; a longer film goes through further days."""

_WEATHER: Mapping[str, str] = _TABLES["weathers"].index
_EMPTY = frozenset({"abandoned", "empty", "deserted", "forgotten", "disused", "derelict"})
_INDOORS = frozenset(setting.name for setting in INTERIORS) | {"room"}
_UNWEATHERED = frozenset({"space", "underwater"}) | _INDOORS

_OWN_PLACES: Mapping[str, str] = _TABLES["own places"].pairs
"""Places that an idea may name, in words that the painter knows, by the idea's word; a story begins and ends there."""

_MORNING = re.compile(
    r"\b(?:morning|dawn|first light|early light|before anyone is up|first train|day has not decided|wakes"
    r"|light returns|day begins|day comes back)\b",
    re.IGNORECASE,
)
_PEOPLED = re.compile(
    r"\b(?:everyone|someone|somebody|train|crowd|never quite goes quiet|a light goes on)\b", re.IGNORECASE
)
_DAYTIME = re.compile(r"\b(?:heat|shadow looks?|shadow look|sunlight|thirst)\b", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:corners?|road|walk|footprints?|horizon|sky|ground)\b", re.IGNORECASE)
_LATE = re.compile(r"\b(?:before the light goes|evening|lights go out|tonight|the night is long)\b", re.IGNORECASE)


_SETTINGS = (*SETTINGS, OPEN_COUNTRY)
_CALLED_FOR: Mapping[str, tuple[int, ...]] = {
    word: tuple(place for place, setting in enumerate(_SETTINGS) if word in setting.words) for word in KNOWN_WORDS
}
"""The settings that each word calls for, as indices into `_SETTINGS`."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of `text` in lower case, without possessive endings."""
    return tuple(re.findall(r"[a-z]+(?:-[a-z]+)*", re.sub(r"['\u2019]s\b", "", text.lower())))


def find_setting(text: str) -> Setting | None:
    """Return the setting that most words of `text` call for, of several the first named; None where none does."""
    words = Counter(words_of(text))
    counts: Counter[int] = Counter()
    for word, times in words.items():
        for place in sorted({place for form in singulars(word) for place in _CALLED_FOR.get(form, ())}):
            counts[place] += times
    if "deep" in words and any(_SETTINGS[place].name == "sea" for place in counts):
        # 'How deep is the ocean?' is not about its surface.
        return next(setting for setting in SETTINGS if setting.name == "underwater")
    return _SETTINGS[counts.most_common(1)[0][0]] if counts else None


def own_place(setting: Setting, text: str) -> str:
    """Return the place that `text` names and that lies in the setting, in words that the painter knows; '' for none."""
    if setting.name == "night sky":
        return ""
    forms = [form for word in words_of(text) for form in singulars(word)]
    place = next((_OWN_PLACES[form] for form in forms if form in _OWN_PLACES and form in setting.words), "")
    if is_empty(text):
        return place or ("an empty city" if setting.name == "city" else "")
    return place


def is_empty(text: str) -> bool:
    """Tell whether an idea speaks of a place without people."""
    return bool(_EMPTY & set(words_of(text)))


def named_hour(text: str) -> str:
    """Return the hour that `text` names; '' for none."""
    return next((_HOUR_WORDS[word] for word in words_of(text) if word in _HOUR_WORDS), "")


def hours_of(text: str, count: int, tale: bool, draw: random.Random) -> tuple[str, ...]:
    """Return an hour for each of `count` scenes, keys of `HOURS`: around the one that the idea names, else a day's."""
    days = max(1, round(count / SCENES_A_DAY))
    drawn = draw.choice(_TALE_ARCS if tale else _ARCS)
    arc = _NAMED_ARCS.get(named_hour(text), drawn)
    whole: Sequence[str] = arc * days
    if count == 1:
        return (whole[len(whole) // 2],)
    return tuple(whole[(2 * at * (len(whole) - 1) + count - 1) // (2 * (count - 1))] for at in range(count))


_LIT = frozenset({"stage", "market", "bedroom"})
_EVENING = ("dusk", "night", "night", "night", "night", "dawn")


def hours_in(setting: Setting, hours: tuple[str, ...]) -> tuple[str, ...]:
    """Return the hours of a film: evening to dawn in a setting with lamps or a stage, else `hours` unchanged."""
    if setting.name not in _LIT:
        return hours
    last = max(1, len(hours) - 1)
    return tuple(_EVENING[at * (len(_EVENING) - 1) // last] for at in range(len(hours)))


def is_indoors(setting: Setting) -> bool:
    """Tell whether a setting is under a roof."""
    return setting.name in _INDOORS


def weather_of(text: str) -> str:
    """Return the weather that `text` names, in the words of a location; '' for none."""
    return next((_WEATHER[word] for word in words_of(text) if word in _WEATHER), "")


def location_of(setting: Setting, place: str, weather: str, hour: str) -> str:
    """Return a scene's location: the place, its weather and its hour; neither of these in space, no weather in a room.

    Args:
        hour: a key of `HOURS`.
    """
    if setting.name in {"space", "underwater"} or " at night" in place or place.endswith("from space"):
        return place
    if "sky" in place and "sky" in weather:
        place = place.replace(" under a wide sky", "")
    if setting.name in _UNWEATHERED:
        weather = ""
    if hour in {"morning", "noon"}:
        # Windows are not lit by day.
        place = place.replace(" with lit windows", "").replace("dark street", "quiet street")
    return " ".join(part for part in (place, weather, HOURS[hour]) if part)


def fits_idea(variant: Lines, text: str) -> bool:
    """Tell whether the lines of a variant agree with an idea: none speaks of people in a place that it calls empty."""
    return not (is_empty(text) and _PEOPLED.search(" ".join(variant)))


def fits_hour(variant: Lines, hour: str, indoors: bool = False) -> bool:
    """Tell whether the lines of a variant may be said at an hour, indoors or out.

    They may not speak of the morning at night, of heat in the dark, or of street corners in a room.
    """
    text = " ".join(variant)
    if _DAYTIME.search(text) and hour in {"dusk", "night"}:
        return False
    if indoors and _OPEN.search(text):
        return False
    if _MORNING.search(text) and hour not in {"dawn", "morning"}:
        return False
    return not _LATE.search(text) or hour in {"sunset", "dusk", "night"}
