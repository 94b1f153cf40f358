"""Reads a prompt: what the painter will draw, in which light, from how far, and what it cannot draw.

Pure: no randomness, no pixels. The rule: every noun of the prompt is drawn, invisible, or listed in `not_drawn`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast

from blocks.offline.painter.prompt import people
from blocks.offline.painter.prompt import vocabulary as words
from blocks.offline.painter.prompt.hour_and_weather import hour_of, weather_of
from blocks.offline.painter.prompt.not_drawn import words_not_drawn
from blocks.offline.painter.prompt.places_in_prompt import (
    ALWAYS_REPORTED,
    AT_SEA,
    HANDHELD,
    INSIDE,
    LIVING,
    OPEN_AIR,
    PEOPLE,
    USUAL_HOUR,
    Biome,
    Feature,
    Hour,
    Weather,
    by_a_hearth,
    fits,
    home_of,
    taken_outdoors,
    with_features,
)
from blocks.offline.painter.prompt.title import title_of
from blocks.offline.painter.prompt.tokens import Token, is_in, kind_at, lookup, role_of, subject_of, tokens_of

ShotSize = Literal["wide", "medium", "close"]

MOST_KINDS = 6
"""Most kinds of subjects in one picture; those later in the prompt are reported as not drawn."""


@dataclass(frozen=True)
class Subject:
    """One thing to draw: its kind, how many, and the words that fix its look (the same in every shot)."""

    kind: str
    count: int = 1
    words: tuple[str, ...] = ()
    garments: people.Garments | None = None
    """What one of several people wears; None where this one wears all garments of the prompt."""
    away: bool = False
    """Whether the person is seen from behind."""


@dataclass(frozen=True)
class Reading:
    """What a prompt asks for: place, hour, weather, shot size, subjects, clothes, and the nouns that are not drawn.

    `card` is whether the subject cannot be drawn, so that `title` is set in type instead.
    """

    biome: Biome
    hour: Hour
    weather: tuple[Weather, ...]
    shot: ShotSize
    subjects: tuple[Subject, ...]
    garments: tuple[tuple[str, str], ...]
    not_drawn: tuple[str, ...]
    card: bool
    title: str
    features: tuple[Feature, ...] = ()

    def has(self, weather: Weather) -> bool:
        """Tell whether this weather was asked for."""
        return weather in self.weather


def _look(tokens: list[Token], i: int) -> tuple[str, ...]:
    """Return the noun at `i` and the words that describe it: those just before it, and those in brackets after it."""
    first = i
    while first > 0 and tokens[first - 1].phrase == tokens[i].phrase and tokens[first - 1].word not in words.STOP:
        first -= 1
    last = i + 1
    while last < len(tokens) and tokens[last].inside and not tokens[i].inside:
        last += 1
    own = [t.word for t in tokens[first : i + 1] if t.word not in words.SHOTS and t.word not in words.CAMERA]
    found = [*own, *(t.word for t in tokens[i + 1 : last] if t.word not in words.STOP)]
    if tokens[i].word.startswith("eye") and any(t.word in ("closed", "shut") for t in tokens[i + 1 : i + 2]):
        found.append("closed")
    if tokens[i].word == "lamp" and {t.word for t in tokens[max(0, i - 4) : i]} & words.HOLDING:
        found.append("held")
    # "white-bearded" has a beard.
    return (*found, *(("bearded",) if any(w.endswith("-bearded") for w in found) else ()))


def _worn(tokens: list[Token], i: int) -> bool:
    """Tell whether a word describes clothes or a figure, so that a grey coat is not taken for a grey sky."""
    if tokens[i].inside:
        return True
    if i + 1 == len(tokens) or tokens[i + 1].phrase != tokens[i].phrase or tokens[i].word not in words.COLOURS:
        return False
    following = tokens[i + 1].word
    return bool(lookup(words.GARMENTS, following) or subject_of(following))


_OF_A_BODY = ("hands", "eye")
_WINDOW = ("window", "windows")
_LIT = frozenset(("lit", "lighted", "glowing", "bright", "warm", "yellow", "golden", "shining"))


def _seen_from_outside(tokens: list[Token], places: list[str], kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the words for a window where it does not mean a room, else ().

    It is that of a house in the picture, or a lit one where a place outdoors is named: "A house with a lit window, a
    pine forest" shows the forest.
    """
    outdoors = any(p not in INSIDE for p in places)
    lit = any(t.word in _WINDOW and tokens[i - 1].word in _LIT for i, t in enumerate(tokens) if i)
    return _WINDOW if set(kinds) & OPEN_AIR or (lit and outdoors) else ()


def _same(kind: str, other: str | None) -> bool:
    """Tell whether two neighbours name one thing: "woman traveller", "oak tree"."""
    return kind == other or (kind in PEOPLE and other in PEOPLE)


def _cast(
    tokens: list[Token], subjects: dict[str, Subject], mentions: list[tuple[int, str]], shot: str
) -> tuple[dict[str, Subject], dict[str, int]]:
    """Return the subjects, each of several people in their own clothes and turned away where they are seen from behind.

    The second value holds the words that ask for somebody seen from behind where nobody can be, with their positions.
    """
    said = [m for m in mentions if m[1] in subjects]
    folk = [m for m in said if subjects[m[1]].kind in PEOPLE]
    found, unturned = dict(subjects), {}
    if len({key for _, key in folk}) > 1:
        for key, worn in people.wardrobe(tokens, folk).items():
            found[key] = replace(found[key], garments=worn)
    busy = {s.kind for s in subjects.values()} & {*HANDHELD, "bicycle", "violinist"}
    for i in [i for i in range(len(tokens)) if said and people.from_behind(tokens, i)]:
        key = people.owner_of(tokens, i, said)
        if found[key].kind not in PEOPLE or shot == "close" or busy:
            unturned[tokens[i].word] = i
        else:
            found[key] = replace(found[key], away=True)
    return found, unturned


def read_prompt(prompt: str, style: str = "") -> Reading:
    """Return what to paint for a prompt, which may be any text.

    Args:
        style: the words of the film's style: of them only the hour and the weather count, and none is a subject.

    `not_drawn` of the reading holds the words that the picture does not show: lower case, in prompt order, each once.
    """
    tokens = people.without_names(tokens_of(prompt))
    roles = [role_of(tokens, i) for i in range(len(tokens))]
    anyone = any(subject_of(t.word) in PEOPLE for t in tokens)
    subjects: dict[str, Subject] = {}
    named: dict[str, tuple[int, str]] = {}
    mentions: list[tuple[int, str]] = []
    missing: dict[str, int] = {}
    places: list[str] = ["moon"] if " on the moon" in prompt.lower() else []
    places_at: list[tuple[int, str]] = []
    lead = lead_word = ""
    shots = [words.SHOTS[t.word] for t in tokens if t.word in words.SHOTS and t.phrase == 0]
    shot = shots[0] if shots else "close" if any(t.word in ("close-up", "closeup") for t in tokens) else "wide"
    near = shot == "close"
    for i, token in enumerate(tokens):
        kind = kind_at(tokens, i)
        beside = i + 1 < len(tokens) and tokens[i + 1].phrase == token.phrase
        modifies = beside and roles[i + 1] in ("noun", "subject") and not token.word.endswith("s")
        role = roles[i]
        if kind in _OF_A_BODY and (token.inside or not near):
            # In a wider shot a hand belongs to a person who is drawn; without a person it is not drawn.
            if not anyone:
                missing.setdefault(token.word, i)
            elif kind == "eye" and (
                shut := [j for j in (i - 1, i + 1) if 0 <= j < len(tokens) and tokens[j].word in ("closed", "shut")]
            ):
                missing.setdefault(tokens[shut[0]].word, shut[0])
            continue
        if kind and modifies and _same(kind, subject_of(tokens[i + 1].word)):
            continue
        if kind in PEOPLE and token.inside and mentions and people.describes_previous(tokens, i):
            # "two children (people in blue coats)": the brackets describe the children.
            continue
        if beside and kind_at(tokens, i + 1) == "paper boat":
            continue
        if role == "noun" and beside and is_in(words.INVISIBLE, tokens[i + 1].word):
            # "salt wind", "love story": the noun only describes something that cannot be seen anyway.
            continue
        heads = beside and roles[i + 1] in ("subject", "place")
        if role == "subject" and kind and not (modifies and kind != "lighthouse"):
            # "a lighthouse keeper" shows the keeper as the main subject, and the tower too.
            lead = lead or (subject_of(tokens[i + 1].word) or kind if modifies else kind)
            key, known = kind, [at for at, k in mentions if subjects[k].kind == kind]
            if known and people.is_new_person(tokens, i, known):
                key = f"{kind} {len(known) + 1}"
                if kind not in LIVING or kind in people.SWARMS:
                    missing.setdefault(token.word, i)
                    continue
            elif known:
                key = people.person_named_again(tokens, i, [m for m in mentions if m[0] in known])
            mentions.append((i, key))
            subjects.setdefault(key, Subject(kind, people.count_of(tokens, i, kind), _look(tokens, i)))
            named.setdefault(key, (i, token.word))
        elif role in ("noun", "subject"):
            # "steam train": the train is the main subject, though the steam is missing.
            if not lead and not heads:
                lead, lead_word = "?", token.word
            missing.setdefault(token.word, i)
        elif role == "place":
            places.append(lookup(words.DRAWN_PLACES, token.word) or lookup(words.HINTED_PLACES, token.word) or "")
            places_at.append((i, places[-1]))
            if not lookup(words.DRAWN_PLACES, token.word):
                missing.setdefault(token.word, i)
        elif near and lookup(words.GARMENTS, token.word) == "umbrella":
            missing.setdefault(token.word, i)
        elif not anyone and lookup(words.GARMENTS, token.word) and (token.word, lead) != ("suit", "astronaut"):
            if not lead:
                lead, lead_word = "?", token.word
            missing.setdefault(token.word, i)
    if lit := _seen_from_outside(tokens, places, subjects):
        places = [*places[: len(places) - len(places_at)], *(p for i, p in places_at if tokens[i].word not in lit)]
        if not subjects.keys() & OPEN_AIR:
            missing.update((t.word, i) for i, t in enumerate(tokens) if t.word in lit)
    outdoors = [token for i, token in enumerate(tokens) if not _worn(tokens, i)]
    outdoors += [replace(token, phrase=token.phrase + 1_000) for token in tokens_of(style)]
    weather, hour = weather_of(outdoors), hour_of(outdoors)
    in_the_open = taken_outdoors(subjects, shot, bool(weather), any(t.word in words.SKYLIGHT for t in outdoors))
    if (hearth := by_a_hearth([t.word for t in tokens], places)) and not places:
        # Somebody by the fire of a cottage is inside it.
        places.append("room")
        subjects.pop("house", None)
        named.pop("house", None)
    biome = "field" if in_the_open and not places else home_of(places, subjects)
    if biome == "sea" and subjects.keys() - AT_SEA:
        biome = "shore"
    biome, features = with_features(
        biome, places, [m for t in tokens if (m := lookup(words.FEATURES, t.word))], subjects
    )
    if biome != "city":
        # Only the ruins of a city can be drawn.
        missing.update((t.word, i) for i, t in enumerate(tokens) if t.word in ("ruin", "ruins", "ruined"))
    if biome == "station":
        missing = {word: i for word, i in missing.items() if word not in ("rail", "rails")}
    for i, token in enumerate(tokens):
        also = lookup(words.DRAWN_PLACES, token.word) if roles[i] == "place" else None
        if also in ALWAYS_REPORTED and also != biome and also not in features:
            # A picture has one place: a village by a lake shows the village, and the lake is reported as not drawn.
            missing.setdefault(token.word, i)
    if lead in subjects:
        subjects = {lead: subjects[lead], **subjects}
    for place, (kind, (i, word)) in enumerate(named.items()):
        afloat = kind in ("boat", "paper boat") and bool({"canal", "river"} & set(features))
        burns = kind == "fire" and (hearth or (biome in ("city", "street", "station") and word == "fire"))
        if place >= MOST_KINDS or burns or not (fits(subjects[kind].kind, biome) or afloat):
            missing.setdefault(word, i)
            if lead == kind:
                lead, lead_word = "?", word
            del subjects[kind]
    if biome in ("street", "city", "village"):
        # The place has houses already: one more would stand in the road.
        subjects.pop("house", None)
    subjects, unturned = _cast(tokens, subjects, mentions, shot)
    missing.update(unturned)
    drawn = list(subjects.values())
    if subjects.keys() & set(_OF_A_BODY):
        # A close shot of hands or an eye shows nothing else but their owner and what the hands hold.
        shown = next((k for k in subjects if k in HANDHELD), "") if "hands" in subjects else ""
        for other in [k for k in subjects if k not in (*_OF_A_BODY, *PEOPLE, shown)]:
            missing.setdefault(named[other][1], named[other][0])
            del subjects[other]
        drawn = list(subjects.values())
    if near and anyone:
        missing.pop("face", None)
    seen = [
        kind_at(tokens, i) or "" if roles[i] == "subject" else t.word if roles[i] == "place" else ""
        for i, t in enumerate(tokens)
    ]
    missing = {**words_not_drawn(tokens, seen, shot), **missing}
    if biome in ("space", "undersea", "moon"):
        weather = ()
    if biome in INSIDE:
        # A window shows rain, but no room has fog or snow in it.
        missing.update((t.word, i) for i, t in enumerate(tokens) if t.word in words.UNSEEN_INSIDE)
    nothing = not drawn and biome == "none"
    return Reading(
        biome=biome,
        hour=hour or _usual_hour(tokens, biome),
        weather=weather,
        shot=cast(ShotSize, shot),
        subjects=tuple(drawn),
        garments=people.garments_of(tokens) if anyone else (),
        not_drawn=tuple(sorted(missing, key=missing.__getitem__)),
        card=nothing or (lead == "?" and not subjects.keys() & set(LIVING)),
        title=title_of(prompt, lead_word),
        features=features,
    )


def _usual_hour(tokens: list[Token], biome: str) -> Hour:
    """Return the hour where none is named: night with the moon or stars, else the usual one of the place."""
    if any(is_in(frozenset({"moon", "star"}), t.word) for t in tokens):
        return "night"
    return "morning" if any(t.word == "spring" for t in tokens) else USUAL_HOUR[biome]
