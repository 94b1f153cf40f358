"""What the hero of a tale is seen doing: the clause turned into a pose, a thing carried, and the shape of the tale.

A picture cannot show thoughts: 'must cross the desert to return a stolen star' becomes someone walking, a star in hand.
Called by `blocks/offline/writer/staging.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from blocks.offline.data_files import read_tables
from blocks.offline.writer.idea.named import BOARD_GAMES, GAMES, INSTRUMENTS, MUSIC, new_thing
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea.phrases import article_for
from blocks.offline.writer.idea.words import ACTING, AUXILIARY, DETERMINERS, PEOPLE
from blocks.offline.writer.places import words_of
from studio.text.words import word_set

_TABLES = read_tables("writer/deeds.txt")

Shape = Literal["", "gone", "years"]

_GONE = re.compile(
    r"\b(?:(?:never|not|n't) (?:\w+ )?(?:come back|comes back|came back|return|returns|returned|seen again)"
    r"|die|dies|died|vanish|vanishes|vanished|disappear|disappears|disappeared"
    r"|(?:leaves|leave|left) (?:for ever|forever|for good|without a word))\b|\b(?:leaves|leave|left)$"
)
_YEARS = re.compile(
    r"\b(?:gr[oe]ws? (?:old|up|older)|(?:for|over) (?:\w+ )?(?:years|decades|a lifetime|generations)"
    r"|(?:all|through) (?:his|her|their) (?:life|lives|years)|every (?:year|spring|summer|autumn|winter))\b"
)

_POSES: Mapping[str, str] = _TABLES["poses"].pairs
_POSE_OF: Mapping[str, str] = {base: pose for verbs, pose in _POSES.items() for base in verbs.split()}

_HELD = _TABLES["held"].words
_MOUNTS: Mapping[str, str] = _TABLES["mounts"].pairs
_TOOLS: Mapping[str, str] = _TABLES["tools"].pairs
_BALL_GAMES = word_set("football soccer tennis baseball basketball volleyball cricket ball catch")
_MASS = word_set("bread")
WATER_BEASTS = _TABLES["water beasts"].words
BEASTS = WATER_BEASTS | _TABLES["land beasts"].words


_BY_HAND = re.compile(r"\b(?:hand(?:s|ing)?|kneel\w*|knees?|arms?|lap|toes)\b")
"""Words for what only a person has or does."""


def shape_of(idea: Idea) -> Shape:
    """Return the shape of a tale: 'gone' where the hero leaves the picture, 'years' where it spans years, else ''."""
    clause = idea.clause.lower()
    if idea.kind != "tale":
        return ""
    return "gone" if _GONE.search(clause) else "years" if _YEARS.search(clause) else ""


def pose_of(idea: Idea) -> str:
    """Return how the deed is shown: the pose of its first verb that has one, and its thing; else the clause itself."""
    clause = idea.clause.lower()
    if shape_of(idea) == "gone" and not re.match(r"(?:die|dies|died)\b", clause):
        return "far off, going away" if has_beast(idea.name) else "walking away, seen from behind"
    if shape_of(idea) == "years":
        return "face to face" if idea.plural else "in the same place as ever"
    for word in words_of(clause):
        pose = _playing(idea) if {"play", "practise", "practice"} & set(verb_bases(word)) else ""
        if pose := pose or next((_POSE_OF[form] for form in verb_bases(word) if form in _POSE_OF), ""):
            carried = thing_carried(idea)
            shown = not carried or carried in pose or pose.startswith(("hands in flour", "painting", "writing"))
            return pose if shown else f"{pose}, {carried}"
    return idea.clause or "standing still"


def _playing(idea: Idea) -> str:
    """Return how playing is shown: as music where an instrument or music is named, else as a game; '' for neither."""
    words = set(words_of(f"{idea.name} {idea.clause}"))
    if words & MUSIC:
        return "playing, eyes closed"
    if words & BOARD_GAMES:
        return "bent over a game on a table"
    return "running and laughing" if "with" in words or words & GAMES else ""


def _played(idea: Idea) -> str:
    """Return the instrument or game that is played, as in 'a violin close by'; '' where none is named."""
    words = words_of(idea.clause)
    if not any("play" in verb_bases(word) for word in words):
        return ""
    if instrument := next((word.removesuffix("s") for word in words if word in INSTRUMENTS), ""):
        return f"{article_for(instrument)} {instrument} close by"
    if board := next((word for word in words if word in BOARD_GAMES), ""):
        return f"a {board} board close by"
    if set(words) & {"cards", "poker"}:
        return "a pack of cards close by"
    if set(words) & _BALL_GAMES:
        return "a ball close by"
    return "a violin close by" if set(words_of(idea.name)) & MUSIC or set(words) & MUSIC else ""


def thing_carried(idea: Idea) -> str:
    """Return the thing of the deed as later scenes show it: 'a bottle in hand'; '' for none."""
    words = words_of(idea.clause)
    played = _played(idea)
    if set(words) & BOARD_GAMES and played:
        return played
    for at, word in enumerate(words):
        one = word if word in _HELD else word.removesuffix("s")
        if one in _HELD:
            told = words[at - 1] if at > 1 and words[at - 2] in DETERMINERS and words[at - 1] not in DETERMINERS else ""
            phrase = " ".join(part for part in (told, one) if part)
            return f"{phrase if one in _MASS else f'{article_for(phrase)} {phrase}'} in hand"
    if mount := next((_MOUNTS[word] for word in words if word in _MOUNTS), ""):
        return mount.replace("a horse", "horses") if idea.plural else mount
    if tool := played or next((_TOOLS[form] for word in words for form in verb_bases(word) if form in _TOOLS), ""):
        return tool
    thing = new_thing(idea) if idea.kind == "tale" else ""
    return f"{thing} close by" if thing and not has_beast(idea.name) else ""


def possible_action(action: str, characters: str, told: str) -> str:
    """Return an action that the characters can do: where an animal is seen, nobody kneels or uses hands.

    Args:
        characters: as in `Scene.characters`.
        told: the text of the idea; an action that it says itself stays.
    """
    seen = characters.split(", ")
    if not any(has_beast(name) and not set(words_of(name)) & (PEOPLE - BEASTS) for name in seen):
        return action
    pose = "face to face" if len(seen) > 1 else "head low"
    parts: list[str] = []
    for part in action.split(", "):
        able = part if part in told else re.sub(r" in (?:both )?hands?$", " close by", part)
        able = able if part in told else re.sub(r"^kneeling (?=\w+ )(?!on one)", "", able)
        parts.append(pose if _BY_HAND.search(able) and part not in told else able)
    return ", ".join(part for at, part in enumerate(parts) if not at or part != pose)


def halves_of(clause: str) -> tuple[str, str]:
    """Return the two halves of a clause, such as 'walks away' and 'does not come back'; ('', '') where it has none.

    Each half can follow the subject.
    """
    halves = re.split(r",? (?:and|but|then) (?=\w)", clause, maxsplit=1)
    if len(halves) == 2 and halves[1].split()[0].lower() in ACTING | AUXILIARY | {"never"}:
        return halves[0], halves[1]
    return "", ""


def has_beast(characters: str, beasts: frozenset[str] = BEASTS) -> bool:
    """Tell whether an animal is among these characters."""
    return any(form in beasts for word in words_of(characters) for form in (word, word.removesuffix("s")))


def verb_bases(word: str) -> tuple[str, ...]:
    """Return the forms under which a verb may be listed."""
    forms = [word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ed"), word.removesuffix("d")]
    if word.endswith("ies"):
        forms.append(f"{word[:-3]}y")
    if word.endswith("ing"):
        forms += [word[:-3], f"{word[:-3]}e", word[:-4]]
    return tuple(forms)
