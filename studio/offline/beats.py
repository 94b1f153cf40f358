"""The beat sheets: which beats a film of so many scenes has, and what each shows and feels like.

A short film keeps the beats that matter most; a long one goes round its middle in acts, between the same beginning and
end. The sheets follow the usual dramatic arc (exposition, rising action, climax, resolution: Freytag, "Die Technik des
Dramas", 1863). What is said lies in `lines.py`; `writer.py` puts both together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.offline.grammar import Idea
from studio.offline.lines import LOOKING, TALE
from studio.offline.settings import Lines, Setting


@dataclass(frozen=True)
class Beat:
    """One kind of scene: `place` is 0 to 2 of its setting; without `subject` the place stands alone."""

    name: str
    place: int
    subject: bool
    action: str
    emotion: str


@dataclass(frozen=True)
class Sheet:
    """A beat sheet: its beats in order, the same by weight, and those that a long film repeats before `ending`."""

    beats: tuple[str, ...]
    weight: tuple[str, ...]
    opening: tuple[str, ...]
    middle: tuple[str, ...]
    ending: tuple[str, ...]


_BEATS = (
    Beat("establish", 0, False, "", "still"),
    Beat("interlude", 1, False, "", "still"),
    Beat("meet", 0, True, "small and alone", "tender"),
    Beat("ordinary", 0, True, "at rest", "still"),
    Beat("turn", 0, True, "", "curious"),
    Beat("trial", 1, True, "moving on, head down", "restless"),
    Beat("journey", 1, True, "moving on", "curious"),
    Beat("rise", 2, True, "looking up", "hopeful"),
    Beat("low", 2, True, "resting alone", "lost"),
    Beat("climax", 2, True, "standing tall", "brave"),
    Beat("resolve", 0, True, "looking out into the light", "at peace"),
    Beat("name", 0, True, "", "tender"),
    Beat("named", 0, True, "", "tender"),
    Beat("ask", 0, True, "", "curious"),
    Beat("question", 1, True, "", "curious"),
    Beat("wonder", 1, True, "", "curious"),
    Beat("memory", 1, True, "", "tender"),
    Beat("detail", 0, True, "seen from near", "curious"),
    Beat("change", 1, True, "seen from far", "restless"),
    Beat("care", 2, True, "", "tender"),
    Beat("heart", 2, True, "", "hopeful"),
    Beat("close", 0, True, "", "at peace"),
    Beat("unanswered", 0, True, "", "at peace"),
    Beat("farewell", 0, True, "", "at peace"),
)
BEATS: Mapping[str, Beat] = {beat.name: beat for beat in _BEATS}

_TALE = Sheet(
    beats=("establish", "meet", "ordinary", "turn", "trial", "low", "climax", "resolve"),
    weight=("turn", "establish", "resolve", "climax", "meet", "trial", "low", "ordinary"),
    opening=("establish", "meet", "ordinary", "turn"),
    middle=("trial", "journey", "interlude", "low", "rise"),
    ending=("climax", "resolve"),
)


def _looking(first: str, second: str, last: str) -> Sheet:
    return Sheet(
        beats=("establish", first, second, "detail", "change", "care", "heart", last),
        weight=(first, last, "establish", "detail", second, "heart", "change", "care"),
        opening=("establish", first, second),
        middle=("detail", "change", "interlude", "care"),
        ending=("heart", last),
    )


_SHEETS: Mapping[str, Sheet] = {
    "tale": _TALE,
    "topic": _looking("name", "question", "close"),
    "question": _looking("ask", "wonder", "unanswered"),
    "portrait": _looking("named", "memory", "farewell"),
    "foreign": _looking("name", "question", "close"),
}


def choose_beats(kind: str, count: int) -> tuple[Beat, ...]:
    """Return the beats of a film of `count` scenes, in order; `kind` is one of `grammar.Kind` but 'told'."""
    sheet = _SHEETS[kind]
    if count <= len(sheet.beats):
        kept = sheet.weight[:count]
        names = tuple(name for name in sheet.beats if name in kept)
    else:
        spare = count - len(sheet.opening) - len(sheet.ending)
        around = tuple(sheet.middle[place % len(sheet.middle)] for place in range(spare))
        names = (*sheet.opening, *around, *sheet.ending)
    return tuple(BEATS[name] for name in names)


def pool_of(beat: Beat, idea: Idea, setting: Setting) -> tuple[str, tuple[Lines, ...]]:
    """Return the name of the pool a beat draws its lines from, and the lines; beats of one pool share its variants."""
    if beat.name in {"establish", "interlude"}:
        return "openings", setting.openings
    if beat.name == "turn":
        name = "unsaid" if not idea.clause else "state" if idea.stative else "turn"
        return name, TALE[name]
    return beat.name, TALE[beat.name] if beat.name in TALE else LOOKING[beat.name]
