"""How characters look and which things a scene uses, in words that the offline painter can draw.

A look follows from the name and the climate of the film, never from a seed: everyone looks the same throughout a film.
Called by `blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import zlib

from blocks.offline.data_files import read_tables
from blocks.offline.writer.idea.phrases import article_for
from blocks.offline.writer.idea.words import DETERMINERS, is_someone
from blocks.offline.writer.persons import figure_of
from blocks.offline.writer.places import words_of
from studio.model.film import Scene, Story
from studio.text.words import word_set

_TABLES = read_tables("writer/looks.txt")

_COATS = _TABLES["coats"].rows

_MADE = word_set("robot android machine")
_METALS = _TABLES["metals"].rows
_NUMBERS = word_set("two three four five six seven many some")
_MANY = word_set("brothers sisters children twins friends men women people girls boys")
_CLIMATE_WORDS = _TABLES["climates"].word_sets

_BEASTS = _TABLES["beasts"].words
"""Characters that are given no clothes: animals, robots, and others such as ghosts and mermaids."""

_PLAIN = _TABLES["plain"].words
"""Words that any painter reads as a person; after any other '(a person in ...)' is written."""

_TRADES = _TABLES["trades"].pairs
"""What people of each trade wear, whatever the weather."""

_CLIMATES = _TABLES["clothes"].pairs

_PROPS = _TABLES["props"].rows


def climate_of(story: Story) -> str:
    """Return the climate of half of a story's places or more, which decides clothes: 'snow', 'desert', 'room' or ''."""
    places = " ".join(scene.location for scene in story.scenes)
    words = words_of(places)
    counts = {name: sum(word in called for word in words) for name, called in _CLIMATE_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if 2 * counts[best] >= len(story.scenes) else ""


def character_look(name: str, climate: str = "") -> str:
    """Return how a character looks: its name as written, and for a person also what they wear.

    Args:
        climate: as `climate_of` returns it.
    """
    words = words_of(name)
    if any(word in _BEASTS or word.removesuffix("s") in _BEASTS for word in words) and "astronaut" not in words:
        made = any(word.removesuffix("s") in _MADE for word in words)
        return f"{name} ({_METALS[len(name) % len(_METALS)]}, dented)" if made else name
    colour = _COATS[zlib.crc32(name.lower().encode("utf-8", "surrogatepass")) % len(_COATS)]
    trade = next((_TRADES[word] for word in words if word in _TRADES), "") if climate != "snow" else ""
    worn = trade or _CLIMATES.get(climate, "a {colour} coat").format(colour=colour)
    worn = f"{article_for(worn.split()[1])} {worn.split(' ', 1)[1]}"
    if any(word in _PLAIN for word in words):
        return f"{name} in {worn}"
    if words and (words[0] in _NUMBERS or any(word in _MANY for word in words)):
        pair = "two people" if words[0] == "two" or name.count(" and ") == 1 else "people"
        kept = worn.split(" ", 1)[1].split(" and ")[0].split(" with ")[0]
        return f"{name} ({pair} in {kept if kept.endswith('s') else kept + 's'})"
    if any(map(is_someone, words)):
        return f"{name} (a person in {worn})"
    named = bool(words) and name[:1].isupper() and words[0] not in DETERMINERS and len(words) <= 3
    return f"{name} ({figure_of(name)})" if named else name


def props_of(scene: Scene) -> tuple[str, ...]:
    """Return the things that the action of a scene names, each once, in that order."""
    words = words_of(scene.action)
    things = (prop for word in words for prop in _PROPS if word in {prop, f"{prop}s"})
    return tuple(dict.fromkeys(things))
