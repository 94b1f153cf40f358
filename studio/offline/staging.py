"""What is seen in a scene: where, when, who and what, so that it agrees with the idea and changes over the film.

Called by `studio/offline/writer.py` and `told.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.model import Scene
from studio.offline.beats import Beat
from studio.offline.feelings import Mood
from studio.offline.glossary import english_words, seen_in
from studio.offline.grammar import Idea
from studio.offline.matter import asking_of, companion_of, core_of, domain_of, person_in, whereabouts
from studio.offline.places import is_empty, located, own_place, weather_of
from studio.offline.settings import Setting
from studio.script import ACTION_CHARACTERS, one_line

_AFTER_TURN = frozenset({"together", "trial", "journey", "rise", "climax", "resolve"})
"""Beats in which whoever the hero has met is there too; at its lowest the hero is alone."""

_ROUGH = frozenset({"trial", "low"})


@dataclass(frozen=True)
class Staging:
    """Where a film plays: its setting, the words it shows (English picture words), its mood, an hour a scene."""

    setting: Setting
    shown: str
    mood: Mood
    hours: tuple[str, ...]

    def sheet(self, idea: Idea) -> str:
        """Return the name of the beat sheet for an idea, as `beats.choose_beats` wants it."""
        return "company" if idea.kind == "tale" and companion_of(idea) else idea.kind


def stage_scene(number: int, staging: Staging, beat: Beat, idea: Idea, sights: int, narration: str) -> Scene:
    """Return a scene of a beat sheet.

    Args:
        number: 1-based.
        sights: how many sights were shown before, so that each is another.
    """
    domain = domain_of(idea)
    characters = _cast(beat, idea)
    return Scene(
        id=number,
        location=_location(number, staging, beat, idea),
        characters=characters,
        action=_action(beat, idea, staging, sights, bool(characters)),
        emotion=beat.emotion(staging.mood, domain),
        narration=narration,
    )


def _location(number: int, staging: Staging, beat: Beat, idea: Idea) -> str:
    setting = staging.setting
    own = whereabouts(idea) or own_place(setting, core_of(idea)) or own_place(setting, staging.shown)
    place = own if own and (beat.place == 0 or whereabouts(idea)) else setting.places[beat.place]
    weather = weather_of(staging.shown)
    if not weather and idea.kind == "tale" and beat.name in _ROUGH:
        weather = setting.rough[number % len(setting.rough)]
    return located(setting, place, weather, staging.hours[number - 1])


def _cast(beat: Beat, idea: Idea) -> str:
    """Return who is seen, without the marks that part names in `Scene.characters` inside a name."""
    if idea.kind == "foreign":
        return seen_in(english_words(idea.text)) if beat.shows in {"hero", "subject"} else ""
    if idea.kind in {"tale", "told"} and beat.shows in {"hero", "deed"}:
        hero = one_line(re.sub(r"[,;]", " ", idea.name))
        met = companion_of(idea) if beat.name in _AFTER_TURN or beat.shows == "deed" else ""
        return f"{hero}, {met}" if met and met != hero else hero
    if idea.kind == "portrait" and beat.shows in {"hero", "subject"} and beat.name != "detail":
        return one_line(re.sub(r"[,;]", " ", person_in(idea)))
    return ""


def sight_of(staging: Staging, sights: int) -> str:
    """Return the next of the setting's sights; where an idea speaks of an empty place, one without people."""
    told: tuple[str, ...] = staging.setting.sights
    if is_empty(staging.shown):
        told = tuple(sight for sight in told if not re.search("people|train|light in", sight)) or told
    return told[sights % len(told)]


def _action(beat: Beat, idea: Idea, staging: Staging, sights: int, peopled: bool) -> str:
    """Return what the picture shows: the deed at the turn of a tale, the thing looked at, or a sight of the place."""
    sight = sight_of(staging, sights)
    doing = beat.indoors if staging.setting.name == "room" else beat.action
    if idea.kind == "tale" and idea.plural:
        doing = re.sub(r"small and alone|alone", "side by side", doing)
    match beat.shows:
        case "place":
            return ""
        case "deed":
            return one_line(idea.clause or "standing still", ACTION_CHARACTERS)
        case "hero" if idea.kind in {"tale", "told"} or peopled:
            return doing
        case "subject" if peopled:
            return "standing still"
        case "subject" if idea.kind == "question" and asking_of(idea) == "whether":
            # Whether there is such a thing is what is asked: it is not shown.
            return sight
        case "subject" if idea.kind in {"topic", "question"} and (core_of(idea) or idea.kind == "topic"):
            subject = one_line(core_of(idea) or idea.hero, ACTION_CHARACTERS)
            return ", ".join(part for part in (subject, beat.action) if part) or sight
        case "subject" if idea.kind == "portrait" and beat.name == "named" and not whereabouts(idea):
            return one_line(idea.hero, ACTION_CHARACTERS) or sight
        case _:
            return sight
