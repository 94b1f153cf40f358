"""Choose what a close-up shows of a scene whose wider shot was just seen: a detail, never the same words, nearer.

Called by `studio/planning/shot_plan.py`.
"""

from __future__ import annotations

import re

_HELD = (
    "bottle|letter|book|notebook|cup|candle|clock|watch|flower|lantern|violin|bread|star|key|map|photograph|ring|stone"
    "|coin|shell|feather|compass|lamp|box|toy|seed"
)
_THING = re.compile(rf"\b(?:(?:an?|the|his|her|their|its) )?(?:(?:[a-z]+-)?[a-z]+ )?(?:{_HELD})s?\b", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"\b(?:fox|wolf|dog|cat|bear|deer|whale|horse|bird|crow|owl|penguin|elephant|tiger|lion|rabbit|mouse|turtle|bee|swan"
    r"|dolphin|fish|dragon|robot|android|astronaut|machine)s?\b",
    re.IGNORECASE,
)
_BEASTS = re.compile(
    r"\b(?:(?:an?|the|some|two) )?(?:(?!(?:with|of|by|on|in|at|under|over|and|to|from|beside|before)\b)[a-z]+ )?"
    r"(?:honeybee|bumblebee|bee|butterfly|moth|dragonfly|beetle|ant|insect|spider"
    r"|ladybird|snail|frog|toad|fox|wolf|dog|bear|deer|whale|horse|crow|raven|owl|penguin|elephant|tiger|lion|rabbit"
    r"|mouse|turtle|swan|dolphin|seal|octopus|jellyfish|sheep|goat|cow|donkey|squirrel|hedgehog|hare"
    r"|butterflies|dragonflies|wolves|mice|foxes)s?\b",
    re.IGNORECASE,
)
_SOMEONE = re.compile(r"(?:an?|the) (?:\w+ )?(?:person|child|man|woman|boy|girl|monk|people|musician)\b", re.IGNORECASE)
_SHOWN = re.compile(
    r"(?:an?|the) (?:table|lamp|window|shelf|bench|wall|tree) (?:with|over|full of) ([^,]+)", re.IGNORECASE
)
_AIR = re.compile(
    r"(?:(?:the|an?|last|first|\w+) )?(?:light|shadow|rain|snow|smoke|steam|fog|mist|wind|frost)s?\b", re.IGNORECASE
)
_PLACED = re.compile(r" (?:in|on|by|under|over|beside|behind|before|at|with|against|near|below|above|through)\b|,")
_WORKED = re.compile(
    r"\b(?:writ|paint|draw|bak|knit|sew|mend|repair|build|plant|carv|weav|knead|fix|work)(?:s|es|ing)?\b", re.IGNORECASE
)
_PARTS = {
    "piano|keys": "hands on the keys",
    "violin|violinist|bass|guitar": "hands on the strings",
    "trumpet|saxophone": "hands on the valves",
    "painting|canvas|brush": "hands holding a brush",
    "fish": "a fish, its round eye",
    "birds?": "a bird, one wing open",
    "cat|kitten": "a cat, eyes half closed",
    "astronaut": "an astronaut, stars in the glass of the helmet",
    "rocket": "a rocket, frost on the metal",
    "train|locomotive": "a locomotive, steam about the wheels",
    "ship": "a ship, its dark side",
    "boat": "a boat, water against its side",
    "flowers?|poppy": "a flower, dew on it",
    "tree|trees": "a tree, bark and leaves",
    "house": "a house, the old roof",
    "bridge": "a bridge, wet stones",
    "table": "hands resting on a table",
    "chair": "a chair, worn smooth",
    "fire": "a fire, sparks above it",
    "moon": "the moon, rings and plains",
    "stars?": "one star",
    "people": "hands, passing something on",
    "window": "light on a windowsill",
    "child": "a child, the face in the light",
    "musician": "a musician, the face in the light",
    "person|man|woman|monk|someone": "a person, the face in the light",
}
"""The detail seen of a thing from very near, by a pattern for its name; the first match in the action counts."""
_SEVERAL = re.compile(
    r", |\band\b|\b(?:two|both|three|four|five|many|some|brothers|sisters|twins|friends|children|people|men|women)\b",
    re.IGNORECASE,
)
"""Matches characters that are several, so that there is more than one face."""
_FACES = ("the face, turned to the light", "two faces close together, in the light")
_HANDS = re.compile(r"\b(?:an? )?hands? (?:on|in|around|open|over)\b[^,]*")
_NAMED = re.compile("|".join(rf"\b(?P<p{at}>{words})\b" for at, words in enumerate(_PARTS)), re.IGNORECASE)


def close_action(action: str, characters: str) -> str:
    """Return what a close-up shows after a wider shot of the same scene has shown `action`.

    Hands, if a thing is held or something is made; else the face of the person, two faces of several people, an animal
    from very near, or the back of someone who turns away. If there is nobody: a part of the thing that is named first.
    '' if `action` is ''.

    Args:
        characters: `Scene.characters`.
    """
    if not action:
        return ""
    several = bool(_SEVERAL.search(characters))
    if "from behind" in action or "going away" in action:
        return "two backs, very near" if several else "the back and the collar, very near"
    if hands := _HANDS.search(action):
        return hands[0]
    if not characters and (beast := _BEASTS.search(action)) and not _SOMEONE.match(action):
        # Show the animal, not what it sits on.
        return f"{beast[0]}, very near"
    if not characters and (shown := _SHOWN.match(action)):
        # Show what is on the table, not the table.
        held = _THING.match(shown[1])
        return _holding(held[0]) if held else f"{shown[1]}, very near"
    if not characters and (part := _NAMED.search(action if _AIR.match(action) else _PLACED.split(action)[0])):
        held = _THING.match(action)
        return _holding(held[0]) if held and held.end() == part.end() else list(_PARTS.values())[_index(part)]
    if thing := _THING.search(action):
        return _holding(thing[0])
    if not characters:
        return f"{action.split(',')[0]}, very near"
    if _NO_PERSON.search(characters):
        return "very near, turned a little to the light"
    return "hands at work" if _WORKED.search(action) else _FACES[several]


def _holding(thing: str) -> str:
    return "hands holding " + re.sub(r"^(?:in|on|with|and|of|beside|holding|over|by) ", "", thing)


def _index(part: re.Match[str]) -> int:
    return int(str(part.lastgroup)[1:])
