"""The cast: which shot shows whom, and the portraits by which a character looks the same in all shots. Pure.

A painter that can be shown pictures paints every character once, alone, and sees that portrait for each shot the
character is in. A shot's fingerprint has the character's look, not the portrait's bytes: if a portrait is lost and
painted again, no shot is. A portrait that a person put there is another look, and its shots are painted anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from studio.model.brief import Brief
from studio.model.engines import Crew
from studio.model.film import Node, Reference, SceneGraph, Shot
from studio.model.pieces import material_path
from studio.model.receipt import Receipt
from studio.planning.orders import Looks, character_number, portrait_print
from studio.planning.scene_graph import scene_parts

PORTRAIT_SIZE = (1_024, 1_024)
"""(width, height) of a portrait in pixels: the smallest size that every model of OpenAI's images API makes."""


def portrait_prompt(character: Node, style: str) -> str:
    """Return the prompt of a character's portrait: the character alone, whole and plainly lit, in the film's style."""
    styled = f" Style: {style}." if style else ""
    return (
        f"Character reference picture: {character.description}. One figure, alone, standing, seen whole from the front,"
        f" even soft light, plain grey background.{styled} No text."
    )


@dataclass(frozen=True)
class Cast:
    """The characters of a film, and which shot shows whom.

    Attributes:
        characters: those who are in any shot, in the order of their numbers in the scene graph.
        parts: by shot, the numbers of the characters in it; a shot without any is left out.
        looks: by character number, its look: what the fingerprint of a shot's picture has of it.
        portraits: by character number, the receipts of the portraits that are there; `painted` adds one.
        given: by shot, the SHA-256 of the pictures that a person gave of its scene's place and props.
    """

    characters: tuple[Node, ...] = ()
    parts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    looks: Mapping[int, str] = field(default_factory=dict)
    portraits: Mapping[int, Receipt] = field(default_factory=dict)
    given: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def painted(self, portrait: Receipt) -> Cast:
        """Return the cast with this portrait added; if it is a slate, its character has neither portrait nor look."""
        number, looks = portrait.index, dict(self.looks)
        if portrait.refused:
            looks.pop(number, None)
            return replace(self, looks=looks)
        looks[number] = look_of(portrait)
        return replace(self, looks=looks, portraits={**self.portraits, number: portrait})

    def references(self, shot: int, folder: Path, blank: Path | None = None) -> list[Path]:
        """Return the paths of the portraits for a shot, in the order of its scene's characters.

        Args:
            folder: the session's folder.
            blank: used instead of a portrait that is not painted yet; None leaves it out.
        """
        found: list[Path] = []
        for each in self.parts.get(shot, ()):
            if each in self.portraits:
                found.append(folder / self.portraits[each].path)
            elif blank is not None and each in self.looks:
                found.append(blank)
        return [*found, *(folder / material_path(sha256, ".png") for sha256 in self.given.get(shot, ()))]

    @cached_property
    def by_shot(self) -> Looks:
        """The looks of the characters in each shot, then of its place and props; one without any is left out.

        Made once: every picture asks for it, and it is as long as the film.
        """
        found = {
            shot: (
                *(self.looks[each] for each in self.parts.get(shot, ()) if each in self.looks),
                *self.given.get(shot, ()),
            )
            for shot in sorted({*self.parts, *self.given})
        }
        return {shot: looks for shot, looks in found.items() if looks}


NOBODY = Cast()


def look_of(portrait: Receipt) -> str:
    """Return the look of a portrait: its fingerprint or, if it was put there by hand, its SHA-256."""
    return portrait.sha256 if portrait.by_hand else portrait.fingerprint


def cast_of(
    graph: SceneGraph,
    shots: Sequence[Shot],
    style: str,
    brief: Brief,
    crew: Crew,
    references: Sequence[Reference] = (),
) -> Cast:
    """Return the cast: in each shot those characters of its scene whom its prompt describes or names.

    `NOBODY` if the crew paints without references. If there are more than the painter takes, the first of the scene
    count.

    Args:
        references: pictures of places and props that a person gave; a shot is shown those of its scene, after its
            characters, as far as the painter takes that many.
    """
    given = _given(graph, shots, references, crew)
    most = crew.painter.abilities.references if crew.portraits else 0
    if not most:
        return replace(NOBODY, given=given) if given else NOBODY
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
    room = {shot.index: crew.painter.abilities.references - len(parts.get(shot.index, ())) for shot in shots}
    shown = {shot: pictures[: room[shot]] for shot, pictures in given.items() if room[shot] > 0}
    return Cast(characters, parts, looks, given=shown)


def _given(
    graph: SceneGraph, shots: Sequence[Shot], references: Sequence[Reference], crew: Crew
) -> dict[int, tuple[str, ...]]:
    """Return by shot the pictures of its scene's place and props that a person gave, as many as the painter takes."""
    pictures = {reference.node: reference.sha256 for reference in references}
    most, found = crew.painter.abilities.references, dict[int, tuple[str, ...]]()
    scenes = scene_parts(graph) if pictures and most else {}
    for shot in shots:
        if (scene := scenes.get(shot.scene)) is not None:
            shown = [pictures[node.id] for node in (scene.place, *scene.props) if node.id in pictures]
            if shown:
                found[shot.index] = tuple(shown[:most])
    return found


def _is_in(character: Node, prompt: str) -> bool:
    words, look = _plain(prompt), _plain(character.description)
    return (look != "" and look in words) or bool(
        re.search(rf"(?<!\w){re.escape(_plain(character.name))}(?!\w)", words)
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
