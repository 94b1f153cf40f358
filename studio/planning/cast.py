"""The cast: which shot shows whom, and the reference picture by which a character looks the same in all of them. Pure.

A painter that can be shown pictures paints every character once, alone, and sees that portrait for each shot the
character is in. A shot is bound to the character's look and not to the portrait's bytes: a portrait that was lost and
painted again costs no shot. One that a person put there is another look, and its shots are painted anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.model.engines import Crew
from studio.model.film import Brief, Node, SceneGraph, Shot
from studio.model.receipt import Receipt
from studio.planning.orders import Looks, character_number, portrait_print
from studio.planning.scene_graph import scene_parts

PORTRAIT_SIZE = (1_024, 1_024)
"""Of a reference picture, in pixels: the smallest that every model of OpenAI's images API makes."""


def portrait_prompt(character: Node, style: str) -> str:
    """Return what the painter is asked for: the character alone, whole and plainly lit, in the film's style."""
    styled = f" Style: {style}." if style else ""
    return (
        f"Character reference picture: {character.description}. One figure, alone, standing, seen whole from the front,"
        f" even soft light, plain grey background.{styled} No text."
    )


@dataclass(frozen=True)
class Cast:
    """Who is seen in which shot.

    Attributes:
        characters: those who are in any shot, by their number in the scene graph.
        parts: by shot, the numbers of who is in it; a shot without anybody is left out.
        looks: by character, what a shot's picture is bound to.
        portraits: by character, the reference pictures that are there; `painted` adds one.
    """

    characters: tuple[Node, ...] = ()
    parts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    looks: Mapping[int, str] = field(default_factory=dict)
    portraits: Mapping[int, Receipt] = field(default_factory=dict)

    def painted(self, portrait: Receipt) -> Cast:
        """Return the cast with this reference picture; a slate shows nobody, so its character goes without one."""
        number, looks = portrait.index, dict(self.looks)
        if portrait.refused:
            looks.pop(number, None)
            return replace(self, looks=looks)
        looks[number] = look_of(portrait)
        return replace(self, looks=looks, portraits={**self.portraits, number: portrait})

    def references(self, shot: int, folder: Path, blank: Path | None = None) -> list[Path]:
        """Return where the reference pictures for a shot lie, in the order of its scene's cast.

        Args:
            folder: the session's.
            blank: stands for one that is to be painted and is not there yet; None leaves it out.
        """
        found: list[Path] = []
        for each in self.parts.get(shot, ()):
            if each in self.portraits:
                found.append(folder / self.portraits[each].path)
            elif blank is not None and each in self.looks:
                found.append(blank)
        return found

    def by_shot(self) -> Looks:
        """Return what every shot's picture is bound to."""
        found = {
            shot: tuple(self.looks[each] for each in numbers if each in self.looks)
            for shot, numbers in self.parts.items()
        }
        return {shot: looks for shot, looks in found.items() if looks}


NOBODY = Cast()


def look_of(portrait: Receipt) -> str:
    """Return what a shot is bound to: what the portrait was made from, or the bytes of one put there by hand."""
    return portrait.sha256 if portrait.by_hand else portrait.fingerprint


def cast_of(graph: SceneGraph, shots: Sequence[Shot], style: str, brief: Brief, crew: Crew) -> Cast:
    """Return who is seen in which shot: the characters of its scene whom its prompt describes or names.

    Nobody where the crew paints without references. A shot shows as many as the painter takes, the first of its scene.
    """
    most = crew.painter.abilities.references if crew.portraits else 0
    if not most:
        return NOBODY
    scenes = scene_parts(graph)
    found: dict[int, Node] = {}
    parts: dict[int, tuple[int, ...]] = {}
    for shot in shots:
        there = scenes[shot.scene].characters if shot.scene in scenes else ()
        seen = [each for each in there if _is_in(each, shot.image_prompt)][:most]
        found |= {character_number(each): each for each in seen}
        if seen:
            parts[shot.index] = tuple(character_number(each) for each in seen)
    characters = tuple(found[number] for number in sorted(found))
    looks = {character_number(each): portrait_print(each, style, brief, crew) for each in characters}
    return Cast(characters, parts, looks)


def _is_in(character: Node, prompt: str) -> bool:
    words, look = _plain(prompt), _plain(character.description)
    return (look != "" and look in words) or bool(
        re.search(rf"(?<!\w){re.escape(_plain(character.name))}(?!\w)", words)
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
