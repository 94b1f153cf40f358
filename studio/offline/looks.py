"""How characters look and which things are used: small lexicons of what the embedded painter can draw.

A look is drawn from the character's own name, never from a seed: the same name looks the same in every film.
Called by `studio/offline/writer.py`.
"""

from __future__ import annotations

import zlib

from studio.model import Scene
from studio.offline.places import words_of
from studio.offline.words import DETERMINERS, PEOPLE
from studio.script import word_set

_COATS = ("grey", "dark blue", "red", "brown", "green", "black", "ochre", "white")

_BEASTS = word_set(
    "ghost giant robot android machine dragon mermaid fox wolf dog cat bear deer whale horse bird crow owl penguin"
    " elephant tiger lion rabbit mouse turtle astronaut"
)
"""Those who wear no coat, or a suit of their own."""

_PLAIN = word_set(
    "man woman girl boy child person keeper traveller traveler farmer sailor fisherman grandmother grandfather"
)
"""People whom any painter knows by their name; others are told to be people."""

_PROPS = (
    "bottle", "lantern", "lamp", "book", "letter", "map", "key", "clock", "violin", "piano", "boat", "ship", "bicycle",
    "kite", "umbrella", "candle", "balloon", "suitcase", "camera", "telescope", "rocket", "train", "bell", "compass",
)  # fmt: skip


def character_look(name: str) -> str:
    """Return the one visual description of a character: its name as written, and for a person the coat it wears."""
    words = words_of(name)
    coat = _COATS[zlib.crc32(name.lower().encode("utf-8", "surrogatepass")) % len(_COATS)]
    if any(word in _BEASTS or word.removesuffix("s") in _BEASTS for word in words):
        return name
    if any(word in _PLAIN for word in words):
        return f"{name} in a {coat} coat"
    if any(word in PEOPLE for word in words):
        return f"{name} (a person in a {coat} coat)"
    if any(word.removesuffix("s") in PEOPLE for word in words):
        pair = "two people" if words[0] == "two" or name.count(" and ") == 1 else "people"
        return f"{name} ({pair} in {coat} coats)"
    named = bool(words) and name[:1].isupper() and words[0] not in DETERMINERS and len(words) <= 3
    return f"{name} (a person in a {coat} coat)" if named else name


def props_of(scene: Scene) -> tuple[str, ...]:
    """Return the things that the scene's action names, each once, in its order."""
    words = words_of(scene.action)
    things = (prop for word in words for prop in _PROPS if word in {prop, f"{prop}s"})
    return tuple(dict.fromkeys(things))
