"""What a close-up shows of a scene whose wider shot was just seen: a detail, never the same words nearer.

Called by `studio/plan.py`.
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
_WORKED = re.compile(
    r"\b(?:writ|paint|draw|bak|knit|sew|mend|repair|build|plant|carv|weav|knead|fix|work)(?:s|es|ing)?\b", re.IGNORECASE
)


def close_action(action: str, characters: str) -> str:
    """Return what a close-up shows where a wider shot of the same scene has shown `action`.

    Hands, where a thing is held or something is made; else the eyes of whoever is seen, an animal from very near; where
    nobody is, the same thing from very near. '' for an action that is ''.

    Args:
        characters: `Scene.characters`.
    """
    if not action:
        return ""
    if thing := _THING.search(action):
        held = re.sub(r"^(?:in|on|with|and|of|beside|holding|over|by) ", "", thing[0])
        return f"hands holding {held}"
    if not characters:
        return f"{action.split(', seen')[0]}, a detail from very near"
    if _NO_PERSON.search(characters):
        return "very near, turned a little to the light"
    return "hands at work" if _WORKED.search(action) else "the eyes, wide open"
