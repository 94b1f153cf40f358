"""The beat sheets: which beats a film of a given number of scenes has, what each shows, how it feels, what may be said.

A short film keeps the beats that matter most; a long one repeats its middle in acts, between the same beginning and
end. The sheets follow the usual dramatic arc (exposition, rising action, climax, resolution: Freytag, "Die Technik des
Dramas", 1863). The spoken lines are in `lines.py`; `writer.py` puts both together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from blocks.offline.writer.deed_arcs import arc_lines
from blocks.offline.writer.feelings import StoryMood
from blocks.offline.writer.idea.domains import HEARTS
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea_subject import domain_of, portrait_sort, question_word
from blocks.offline.writer.lines import ASKING, DOMAIN_LINES, LOOKING, PORTRAITS, TALE, Lines
from blocks.offline.writer.places import is_empty
from blocks.offline.writer.settings import EMPTY_OPENINGS, Setting

Shows = Literal["place", "hero", "deed", "subject", "sight", "trace"]
"""What a beat's picture shows. place: the place alone. hero: who the film is about. deed: the hero, and what happens.
subject: the thing that the film looks at. sight: something typical of the place. trace: what somebody who left has
left behind."""

_MOODS: tuple[StoryMood, ...] = ("hopeful", "melancholy", "tense")


@dataclass(frozen=True)
class Beat:
    """One kind of scene: what it shows, where, what is done in it, and how it feels.

    `place` is an index, 0 to 2, into the places of the setting; `action` and `indoors` are what the hero or subject
    does, outdoors and under a roof. `emotions` are those of a hopeful, a melancholy and a tense film, each one of
    `studio.planning.image_prompts.EMOTIONS`.
    """

    name: str
    place: int
    shows: Shows
    action: str
    indoors: str
    emotions: tuple[str, str, str]

    def emotion(self, mood: StoryMood, domain: str = "") -> str:
        """Return the emotion of the scene in a film of this mood; the beat 'heart' takes the emotion of the domain."""
        if self.name == "heart" and domain and mood == "hopeful":
            return HEARTS[domain]
        return self.emotions[_MOODS.index(mood)]


@dataclass(frozen=True)
class BeatSheet:
    """A beat sheet: its beats in order and by weight, and for a long film its `opening`, `middle` and `ending`.

    A long film repeats the beats of `middle`.
    """

    beats: tuple[str, ...]
    weight: tuple[str, ...]
    opening: tuple[str, ...]
    middle: tuple[str, ...]
    ending: tuple[str, ...]


_MIXED = frozenset({"heart", "close", "named", "memory", "farewell"})
"""Beats whose general lines fit as well as those of the domain."""

_BEATS = (
    Beat("establish", 0, "place", "", "", ("still", "still", "uneasy")),
    Beat("interlude", 1, "sight", "", "", ("still", "lost", "restless")),
    Beat("meet", 0, "hero", "small and alone", "alone by the window", ("tender", "lost", "curious")),
    Beat("ordinary", 0, "hero", "at rest", "sitting at a table", ("still", "still", "still")),
    Beat("turn", 0, "deed", "", "", ("curious", "curious", "uneasy")),
    Beat("together", 1, "hero", "side by side", "side by side by the window", ("tender", "tender", "brave")),
    Beat("trial", 1, "hero", "moving on, head down", "sitting, head down", ("restless", "uneasy", "restless")),
    Beat("journey", 1, "hero", "moving on", "walking up and down", ("curious", "lost", "restless")),
    Beat("rise", 2, "hero", "looking up", "looking up", ("hopeful", "hopeful", "brave")),
    Beat("low", 2, "hero", "resting alone", "sitting alone in the dark", ("lost", "lost", "lost")),
    Beat("climax", 2, "hero", "standing tall", "standing at the window", ("brave", "brave", "brave")),
    Beat(
        "resolve",
        0,
        "hero",
        "looking out into the light",
        "looking out of the window",
        ("at peace", "tender", "hopeful"),
    ),
    Beat("leaving", 0, "deed", "", "", ("lost", "lost", "lost")),
    Beat(
        "trace",
        1,
        "trace",
        "a house far off, footprints leading away",
        "an empty chair by a window",
        ("still", "lost", "uneasy"),
    ),
    Beat("waiting", 0, "trace", "a house with a light on", "a candle in a dark window", ("tender", "uneasy", "uneasy")),
    Beat("after", 0, "place", "", "", ("still", "still", "still")),
    Beat("seasons", 1, "hero", "near each other", "side by side at a table", ("hopeful", "still", "brave")),
    Beat("years", 0, "hero", "older now, close together", "older now, by the window", ("tender", "tender", "tender")),
    Beat("name", 0, "subject", "", "", ("tender", "tender", "uneasy")),
    Beat("named", 0, "subject", "", "", ("tender", "tender", "tender")),
    Beat("ask", 0, "subject", "", "", ("curious", "curious", "uneasy")),
    Beat("question", 1, "sight", "", "", ("curious", "still", "restless")),
    Beat("wonder", 1, "sight", "", "", ("restless", "curious", "restless")),
    Beat("memory", 1, "hero", "seen from far", "sitting by the window", ("curious", "still", "uneasy")),
    Beat("detail", 0, "subject", "", "", ("hopeful", "curious", "curious")),
    Beat("change", 1, "sight", "", "", ("restless", "uneasy", "restless")),
    Beat("care", 2, "sight", "", "", ("tender", "tender", "brave")),
    Beat("heart", 2, "sight", "", "", ("tender", "tender", "brave")),
    Beat("close", 0, "place", "", "", ("at peace", "at peace", "at peace")),
    Beat("unanswered", 0, "sight", "", "", ("at peace", "at peace", "hopeful")),
    Beat(
        "farewell",
        0,
        "hero",
        "looking out into the light",
        "looking out of the window",
        ("at peace", "at peace", "at peace"),
    ),
)
BEATS: Mapping[str, Beat] = {beat.name: beat for beat in _BEATS}

_TALE = BeatSheet(
    beats=("establish", "meet", "ordinary", "turn", "trial", "low", "climax", "resolve"),
    weight=("turn", "establish", "resolve", "climax", "meet", "trial", "low", "ordinary"),
    opening=("establish", "meet", "ordinary", "turn"),
    middle=("trial", "journey", "interlude", "low", "rise"),
    ending=("climax", "resolve"),
)
_COMPANY = BeatSheet(
    beats=("establish", "meet", "turn", "together", "trial", "low", "climax", "resolve"),
    weight=("turn", "establish", "resolve", "together", "meet", "trial", "climax", "low"),
    opening=("establish", "meet", "ordinary", "turn", "together"),
    middle=("trial", "journey", "interlude", "low", "rise"),
    ending=("climax", "resolve"),
)
"""The sheet of a tale in which the hero meets someone."""

_GONE = BeatSheet(
    beats=("establish", "meet", "ordinary", "leaving", "trace", "waiting", "after"),
    weight=("leaving", "establish", "after", "trace", "waiting", "meet", "ordinary"),
    opening=("establish", "meet", "ordinary", "leaving", "trace"),
    middle=("interlude", "waiting", "trace", "interlude"),
    ending=("waiting", "after"),
)
"""The sheet of a tale whose hero leaves the picture: from then on only the place is seen, and nobody triumphs."""
_YEARS = BeatSheet(
    beats=("establish", "meet", "turn", "seasons", "low", "years", "resolve"),
    weight=("turn", "years", "establish", "seasons", "resolve", "meet", "low"),
    opening=("establish", "meet", "turn", "seasons"),
    middle=("journey", "interlude", "years", "low", "seasons"),
    ending=("years", "resolve"),
)
"""The sheet of a tale that spans years: the seasons pass, and the hero is seen older."""


def _looking(*beats: str, weight: tuple[str, ...]) -> BeatSheet:
    return BeatSheet(
        beats=beats,
        weight=weight,
        opening=beats[:3],
        middle=("detail", "change", "interlude", "care"),
        ending=("heart", beats[-1]),
    )


_OFTEN = ("name", "close", "establish", "detail", "question", "heart", "change", "care")
_TOPICS = (
    _looking("establish", "name", "question", "detail", "change", "care", "heart", "close", weight=_OFTEN),
    _looking("name", "establish", "detail", "question", "care", "change", "heart", "close", weight=_OFTEN),
    _looking("question", "name", "establish", "change", "detail", "care", "heart", "close", weight=_OFTEN),
)
_ASKED = ("ask", "unanswered", "establish", "detail", "wonder", "heart", "change", "care")
_QUESTIONS = (
    _looking("establish", "ask", "wonder", "detail", "change", "care", "heart", "unanswered", weight=_ASKED),
    _looking("ask", "establish", "detail", "wonder", "care", "change", "heart", "unanswered", weight=_ASKED),
)
_SEEN = ("named", "farewell", "establish", "detail", "memory", "heart", "change", "care")
_PORTRAITS = (
    _looking("establish", "named", "memory", "detail", "change", "care", "heart", "farewell", weight=_SEEN),
    _looking("named", "establish", "detail", "memory", "care", "change", "heart", "farewell", weight=_SEEN),
)
_SHEETS: Mapping[str, tuple[BeatSheet, ...]] = {
    "tale": (_TALE,),
    "company": (_COMPANY,),
    "gone": (_GONE,),
    "years": (_YEARS,),
    "topic": _TOPICS,
    "question": _QUESTIONS,
    "portrait": _PORTRAITS,
    "foreign": _PORTRAITS[1:],
}


def choose_beats(kind: str, count: int, turn: int = 0) -> tuple[Beat, ...]:
    """Return the beats of a film of `count` scenes, in order.

    Args:
        kind: one of `IdeaKind` but 'told'; for some tales 'company', 'gone' or 'years', of `Staging.sheet`.
        turn: >= 0; which of the kind's sheets is taken, starting again after the last.
    """
    sheet = _SHEETS[kind][turn % len(_SHEETS[kind])]
    if count <= len(sheet.beats):
        kept = sheet.weight[:count]
        names = tuple(name for name in sheet.beats if name in kept)
    else:
        spare = count - len(sheet.opening) - len(sheet.ending)
        around = tuple(sheet.middle[place % len(sheet.middle)] for place in range(spare))
        names = (*sheet.opening, *around, *sheet.ending)
    return tuple(BEATS[name] for name in names)


def pool_name(beat: Beat) -> str:
    """Return the name of the pool that a beat draws its lines from; beats of the same pool share its variants."""
    return "openings" if beat.name in {"establish", "interlude"} else beat.name


def pools_of(beat: Beat, idea: Idea, setting: Setting) -> tuple[tuple[Lines, ...], ...]:
    """Return the lines of a beat in groups, the best fitting first.

    They say nothing about the idea but what it says itself.
    """
    domain = DOMAIN_LINES.get(domain_of(idea), {})
    portrait = PORTRAITS.get(portrait_sort(idea), {})
    own = TALE.get(beat.name, ())
    general = LOOKING.get(beat.name, ())
    match beat.name:
        case "establish" | "interlude":
            return (EMPTY_OPENINGS if is_empty(idea.text) else setting.openings,)
        case "turn":
            return (TALE["unsaid" if not idea.clause else "state" if idea.stative else "turn"],)
        case "trial":
            lines = arc_lines(idea, "trial")
            return (lines, setting.trials, own) if lines else (setting.trials, own)
        case "climax" | "resolve" | "seasons" | "years" | "together" if lines := arc_lines(idea, beat.name):
            return lines, own
        case "detail" if setting.details and not is_empty(idea.text) and portrait_sort(idea) != "someone":
            return setting.details, (portrait or domain).get("detail", general)
        case "heart" if portrait_sort(idea) == "somewhere" and setting.details and not is_empty(idea.text):
            # Lines about such places fit their sights better than lines that fit anything.
            return setting.details, portrait.get(beat.name, ()), general
        case "ask":
            return (ASKING[question_word(idea)],)
        case "wonder":
            return (*((domain["question"], general) if domain else (general,)),)
        case _:
            first = portrait.get(beat.name) or (domain.get(beat.name) if idea.kind != "portrait" else None)
            if beat.name in _MIXED and not (first and len(first) > 5):
                return ((*own, *(first or ()), *general),)
            return tuple(group for group in (own, first, general) if group)
