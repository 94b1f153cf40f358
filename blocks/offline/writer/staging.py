"""What is seen in a scene: the place, the hour, who and what. It agrees with the idea and changes over the film.

Called by `blocks/offline/writer/writer.py` and `own_words.py`.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from blocks.offline.writer.beat_sheets import Beat
from blocks.offline.writer.boat_tales import afloat_pose, is_afloat
from blocks.offline.writer.deed_arcs import arc_pose, thing_of
from blocks.offline.writer.deeds import (
    BEASTS,
    WATER_BEASTS,
    has_beast,
    pose_of,
    possible_action,
    shape_of,
    thing_carried,
)
from blocks.offline.writer.feelings import StoryMood
from blocks.offline.writer.idea.foreign_words import english_words, seen_in, things_in
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea.words import PEOPLE
from blocks.offline.writer.idea_subject import (
    companion_of,
    core_of,
    domain_of,
    named_place,
    person_in,
    question_word,
    shown_as,
)
from blocks.offline.writer.places import is_empty, is_indoors, location_of, own_place, weather_of, words_of
from blocks.offline.writer.reels import View
from blocks.offline.writer.settings import Setting
from studio.input.script import ACTION_CHARACTERS
from studio.model.film import Scene
from studio.text.words import one_line, word_set

_AFTER_TURN = frozenset({"together", "trial", "journey", "rise", "climax", "resolve"})
"""Beats in which the hero's companion is there too; in the beat 'low' the hero is alone."""

_ROUGH = frozenset({"trial", "low"})
_TRACELESS = frozenset({"sea", "space", "underwater", "night sky"})
_AFLOAT = word_set("boat ship sail sails row rows raft whale fish swim dive")
_WATERS = ("the sea by a rocky shore", "the open sea", "grey water at the horizon")
_MOON = ("a crater on the moon", "a wide lunar plain", "a lunar plain under the stars")
_SEASONS = {
    "establish": "in spring",
    "meet": "in spring",
    "turn": "in summer",
    "seasons": "in autumn rain",
    "years": "in falling snow",
    "resolve": "in spring",
}

_EMPTY_SIGHTS = ("an old tree by a wall", "birds in the empty sky", "a broken chair", "grass by an old house")
_PICTURES = {
    "living": ("{core} in the morning light", "{core} on the move", "{core} at rest", "{core} in the last light"),
    "earth": ("{core} in the first light", "a person small before {core}", "birds over {core}", "{core} under clouds"),
    "cosmos": ("a child looking up at {core}", "{core} over a dark hill", "a tree under {core}", "{core} in the dark"),
    "craft": ("a table with {core}", "a lamp over {core}", "a person bent over {core}", "a window with {core}"),
    "machine": ("{core} in the morning light", "a child beside {core}", "{core} at rest", "a lamp beside {core}"),
    "": ("a child looking at {core}", "a lamp over {core}", "a person beside {core}", "a table with {core}"),
}
"""Pictures of a thing by its domain, one scene after another, where no reel has pictures of its own."""
_SHADES = {
    "war": ("a candle in a covered window", "an empty street with dark windows"),
    "childhood": ("a child at a window", "a small chair by a table"),
    "winter": ("a house in the snow", "a tree without leaves"),
    "wedding": ("flowers on a table", "a lit window"),
    "christmas": ("a candle in a window", "a house in the snow"),
    "summer": ("flowers in a window", "an open window"),
    "journey": ("a road to the horizon", "a coat on a chair"),
    "sea": ("birds over the water", "a small boat"),
}
"""What a further word of the idea adds to the picture, as 'war' in 'a bakery during the war'."""


@dataclass(frozen=True)
class Staging:
    """Where a film plays: its setting, the English words its pictures show, its mood, and an hour for each scene.

    `hours` are keys of `places.HOURS`.
    """

    setting: Setting
    shown: str
    mood: StoryMood
    hours: tuple[str, ...]

    def sheet(self, idea: Idea) -> str:
        """Return the name of the beat sheet for an idea: the `kind` of `beat_sheets.choose_beats`."""
        if shape := shape_of(idea):
            return shape
        return "company" if idea.kind == "tale" and companion_of(idea) else idea.kind


def stage_view(number: int, view: View, beat: Beat, idea: Idea, mood: StoryMood, narration: str) -> Scene:
    """Return a scene that shows a view of a reel, with the thing itself in its picture and the emotion of the beat.

    Args:
        number: 1-based.
    """
    return Scene(
        id=number,
        location=view.location,
        characters=one_line(re.sub(r"[,;]", " ", person_in(idea))) if view.peopled else "",
        action=one_line(view.picture.format(core=core_of(idea)), ACTION_CHARACTERS),
        emotion=beat.emotion(mood, domain_of(idea)),
        narration=narration,
    )


def stage_scene(number: int, staging: Staging, beat: Beat, idea: Idea, sights: int, narration: str) -> Scene:
    """Return a scene of a beat sheet.

    Args:
        number: 1-based.
        sights: how many sights were shown before, so that none is shown twice in a row.
    """
    domain = domain_of(idea)
    characters = _cast(beat, idea)
    dark = staging.hours[number - 1] == "night" or "snow" in weather_of(staging.shown)
    return Scene(
        id=number,
        location=_location(number, staging, beat, idea),
        characters=characters,
        action=possible_action(
            _action(number, beat, idea, staging, sights, bool(characters), dark), characters, idea.text
        ),
        emotion=_emotion(beat, idea, staging, domain),
        narration=narration,
    )


def _location(number: int, staging: Staging, beat: Beat, idea: Idea) -> str:
    setting = staging.setting
    named = named_place(idea)
    if len(named.split()) == 2:
        # 'the library' alone gives no picture; the words that the painter knows for it do.
        named = own_place(setting, named) or named
    own = named or own_place(setting, core_of(idea)) or own_place(setting, staging.shown)
    place = own if own and (beat.place == 0 or (named and is_empty(staging.shown))) else setting.places[beat.place]
    if setting.name == "sea" and idea.kind == "tale" and (has_beast(idea.name, WATER_BEASTS) or is_afloat(idea)):
        # Water animals are not met on the sand.
        place = _WATERS[beat.place]
    elif setting.name == "sea" and idea.kind in {"tale", "foreign"} and not _AFLOAT & set(words_of(staging.shown)):
        # Without a boat nobody is out on the water.
        place = place.replace("the open sea", "a rocky shore with high waves")
    if own == _MOON[0] and idea.kind == "tale":
        place = _MOON[beat.place]
    weather = weather_of(staging.shown)
    if not weather and idea.kind == "tale" and beat.name in _ROUGH:
        weather = setting.rough[number % len(setting.rough)]
    if not weather and staging.sheet(idea) == "years" and not is_indoors(setting):
        weather = _SEASONS.get(beat.name, "")
    return location_of(setting, place, weather, staging.hours[number - 1])


def _cast(beat: Beat, idea: Idea) -> str:
    """Return who is seen, as in `Scene.characters`; no name holds the comma or semicolon that separates names."""
    if idea.kind == "foreign":
        seen = seen_in(english_words(idea.text)) if beat.shows in {"hero", "subject"} else ""
        # Before somebody is found, only the first character is there.
        return seen.split(", ")[0] if beat.name == "named" else seen
    if idea.kind in {"tale", "told"} and beat.shows in {"hero", "deed"}:
        hero = one_line(re.sub(r"[,;]", " ", idea.name))
        if re.search(r" and (?:an?|the|her|his) ", hero):
            hero = re.sub(r" and (?=(?:an?|the|her|his) )", ", ", hero)
        met = companion_of(idea) if beat.name in _AFTER_TURN or beat.shows == "deed" else ""
        return f"{hero}, {met}" if met and met != hero else hero
    if idea.kind == "portrait" and beat.shows in {"hero", "subject"} and beat.name != "detail":
        return one_line(re.sub(r"[,;]", " ", person_in(idea)))
    return ""


def _emotion(beat: Beat, idea: Idea, staging: Staging, domain: str) -> str:
    """Return the emotion of the scene: two or more who stand side by side are 'tender' instead of 'lost'."""
    felt = beat.emotion(staging.mood, domain)
    return "tender" if felt == "lost" and idea.kind == "tale" and idea.plural and beat.name == "meet" else felt


def sights_of(staging: Staging, idea: Idea, dark: bool = False) -> tuple[str, ...]:
    """Return what may be seen in the setting, with what the idea's own words add; no people in an empty place.

    Args:
        dark: whether it is night or snowing: no birds and no shadows are seen then.
    """
    told: tuple[str, ...] = staging.setting.sights
    if dark:
        told = tuple(sight for sight in told if not re.search("birds|shadow", sight)) or told
    if is_empty(staging.shown):
        told = tuple(sight for sight in told if not re.search("people|train|locomotive|lit|light", sight)) or told
        told = tuple(sight for pair in zip(_EMPTY_SIGHTS, told * 2, strict=False) for sight in pair)
    if idea.kind == "foreign":
        return (*things_in(english_words(idea.text)), *told)
    words = words_of(idea.text) if idea.kind != "tale" else ()
    ends = staging.setting.places[0].split()
    shades = [sight for word in words if word in _SHADES and word not in ends for sight in _SHADES[word]]
    mixed = [sight for pair in zip(told, shades, strict=False) for sight in pair]
    return tuple(dict.fromkeys([*mixed, *told]))


def sight_of(staging: Staging, sights: int, idea: Idea, dark: bool = False) -> str:
    """Return sight number `sights` (0-based) of `sights_of`, starting again after the last."""
    told = sights_of(staging, idea, dark)
    return told[sights % len(told)]


def _doing(beat: Beat, idea: Idea, staging: Staging, sights: int) -> str:
    """Return what the hero does; after the deed its thing is still shown. Animals get poses of their own."""
    if pose := afloat_pose(idea, beat.name)[0]:
        return pose
    doing = beat.indoors if is_indoors(staging.setting) else beat.action
    if staging.setting.name in {"stage", "church"}:
        doing = re.sub(r"out of the window", "into the light", re.sub(r"(?:by|at) the window", "in the light", doing))
    if idea.kind != "tale":
        return doing
    variants = _OTHERWISE.get(beat.name, ()) if not is_indoors(staging.setting) else ()
    doing = (doing, *variants)[
        zlib.crc32(f"{beat.name} {idea.text}".encode("utf-8", "surrogatepass")) % (len(variants) + 1)
    ]
    if any(word in PEOPLE - BEASTS for word in words_of(idea.name)) and not has_beast(idea.name):
        doing = doing.replace("older now", "older now, grey hair")
    if idea.plural:
        doing = re.sub(r"small and alone|alone", "side by side", doing)
    if shape_of(idea) == "years" and not idea.plural:
        doing = re.sub(r"side by side|close together|near each other", "alone", doing)
    if shape_of(idea) == "years" and beat.name == "resolve":
        doing = f"older now, {_BEASTLY[beat.name] if has_beast(idea.name) else doing}"
    elif has_beast(idea.name) and beat.name in _BEASTLY:
        doing = _BEASTLY[beat.name]
    if beat.name in _CARRYING:
        shade = next((_SHADES[word][0] for word in words_of(idea.text) if word in _SHADES), "")
        shade = shade if beat.name in _ROUGH and is_indoors(staging.setting) else ""
        arc = arc_pose(idea, beat.name) if not sights else ""
        carried = (
            ""
            if arc and (thing_of(idea) in arc or beat.name == "resolve" or _MADE.search(arc))
            else thing_carried(idea)
        )
        return ", ".join(part for part in (arc or doing, carried, shade) if part)
    return doing


_OTHERWISE = {
    "trial": ("leaning into the wind", "stopping, looking back", "bent low, going on"),
    "climax": ("face to the wind", "stepping forward", "not turning back"),
    "resolve": ("walking on, unhurried", "at rest, face to the light", "sitting down at last"),
}
"""Further actions of the hero by beat. The idea decides which is taken, so that not all tales end with one picture."""
_CARRYING = frozenset({"trial", "journey", "climax", "resolve", "rise"})
_MADE = re.compile(r"painting|flour|bread|page|pieces|writing")
"""Poses that show the thing of the deed already, or in which it is not made yet."""
_BEASTLY = {
    "trial": "moving on slowly",
    "climax": "very still, eyes ahead",
    "low": "at rest",
    "resolve": "close by in the light",
    "rise": "looking up",
}


def _action(number: int, beat: Beat, idea: Idea, staging: Staging, sights: int, peopled: bool, dark: bool) -> str:
    """Return what the picture shows: the deed at the turn of a tale, the thing itself, or a sight of the place."""
    sight = sight_of(staging, sights, idea, dark)
    if peopled and idea.kind == "foreign":
        return _foreign_doing(beat, english_words(idea.text))
    match beat.shows:
        case "place":
            # The first and the last place are empty; those between have something to be seen.
            return sight if beat.name == "establish" and number > 1 else ""
        case "trace":
            if staging.setting.name in _TRACELESS or has_beast(idea.name):
                return sight
            trace = beat.indoors if is_indoors(staging.setting) else beat.action
            snow = "snow" in weather_of(staging.shown)
            return trace.replace("footprints leading away", "footprints filling with snow") if snow else trace
        case "deed":
            return one_line(afloat_pose(idea, beat.name)[0] or pose_of(idea), ACTION_CHARACTERS)
        case "hero" if idea.kind in {"tale", "told"} or peopled:
            return _doing(beat, idea, staging, sights)
        case "subject" if peopled:
            return "standing at a table" if is_indoors(staging.setting) else "standing still"
        case "subject" if idea.kind == "question" and question_word(idea) == "whether":
            # The question is whether the thing exists, so it is not shown.
            return sight
        case "subject" | "sight" if shown_as(idea) and (beat.shows == "subject" or sights % 3 != 2):
            return one_line(_picture(idea, sights))
        case "subject" if idea.kind == "portrait" and _is_wild(idea):
            return one_line(f"{sight} below {idea.hero}", ACTION_CHARACTERS)
        case _:
            return sight


def _foreign_doing(beat: Beat, words: tuple[str, ...]) -> str:
    """Return what the hero of a tale in another language does: alone, then with what is found, then at the end."""
    held = next((word for word in words if word in {"bottle", "letter", "book"}), "")
    company = ", " in seen_in(words)
    thing = next(iter(things_in(words)), "")
    match beat.name:
        case "named":
            return "walking alone"
        case "detail":
            alone = thing or "standing still"
            return f"kneeling, a {held} in hand" if held else "one hand held out" if company else alone
        case "memory":
            return "reading by a lantern" if held else "side by side, walking on" if company else "seen from far"
        case _ if held == "bottle":
            return "throwing a bottle far out over the water"
        case _:
            home = {"home", "house"} & set(words)
            return "before a house with a light on" if home else ", ".join(filter(None, ("in the light", thing)))


def _picture(idea: Idea, sights: int) -> str:
    """Return a picture of the thing itself, another one in each scene: something is with it, or the light changes."""
    seen = shown_as(idea)
    core = core_of(idea)
    if seen.endswith(f", {core}"):
        # A small thing is shown with what it lives on; of a thing without a shape only the vessel is shown.
        host = seen.removesuffix(f", {core}")
        return f"{host} with {core}" if domain_of(idea) == "living" else host
    pictures = _PICTURES.get(domain_of(idea), _PICTURES[""])
    return pictures[sights % len(pictures)].format(core=seen)


def _is_wild(idea: Idea) -> bool:
    """Tell whether a portrait is of a mountain or a lake with a name, which can be painted by that name."""
    return idea.hero.lower().startswith(("mount ", "mt ", "lake "))
