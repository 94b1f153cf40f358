"""Read a prompt: what the painter will draw, under which light, from how far, and what it cannot draw.

Pure: no randomness, no pixels. The law: every noun of the prompt is drawn, invisible, or listed in `not_drawn`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from studio.offline.paint import grammar, words
from studio.offline.paint.habitat import (
    AT_SEA,
    HELD,
    LIVING,
    PEOPLE,
    UNMISTAKABLE,
    USUAL_HOUR,
    Biome,
    Feature,
    Hour,
    fits,
    home_of,
    shaped,
)
from studio.offline.paint.title import title_of, without_tags

Weather = Literal["storm", "rain", "fog", "snow", "overcast"]
ShotSize = Literal["wide", "medium", "close"]
Role = Literal["stop", "noun", "subject", "place", "other", "verb"]

MOST_KINDS = 6
"""More than this in one frame is a heap; what comes later in the prompt is reported as not drawn."""


@dataclass(frozen=True)
class Subject:
    """One thing to draw: its kind, how many, and the words that fix its look (the same in every shot)."""

    kind: str
    count: int = 1
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a prompt asks for. `card` holds the words to set in type where the subject cannot be drawn, else ()."""

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


@dataclass(frozen=True)
class _Token:
    word: str
    phrase: int
    inside: bool
    """Between brackets: it describes the noun before them."""


_PIECE = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*|[,.;:!?\n()]")


def _tokens(prompt: str) -> list[_Token]:
    found, phrase, depth = [], 0, 0
    for piece in _PIECE.findall(without_tags(prompt)):
        if piece in ",.;:!?\n()":
            depth = max(0, depth + {"(": 1, ")": -1}.get(piece, 0))
            phrase += 1
        elif not piece.isdigit():
            found.append(_Token(piece.lower(), phrase, depth > 0))
    return found


def _meaning(table: dict[str, str], word: str) -> str | None:
    return next((table[form] for form in grammar.singulars(word) if form in table), None)


def _in(group: frozenset[str], word: str) -> bool:
    return any(form in group for form in grammar.singulars(word))


def _role(tokens: list[_Token], i: int) -> Role:
    word = tokens[i].word
    alike = [j for j in (i - 1, i + 1) if 0 <= j < len(tokens) and tokens[j].phrase == tokens[i].phrase]
    before = tokens[i - 1].word if i - 1 in alike else ""
    after = tokens[i + 1].word if i + 1 in alike else ""
    if word in words.STOP or (word == "home" and before in grammar.VERBS):
        return "stop"
    if _meaning(words.SUBJECTS, word):
        return "subject"
    if _meaning(words.DRAWN_PLACES, word) or _meaning(words.HINTED_PLACES, word):
        return "place"
    known = any(_meaning(t, word) for t in (words.HOURS, words.WEATHERS, words.GARMENTS))
    if known or _in(words.SKY, word) or _in(words.INVISIBLE, word) or _in(words.CAMERA, word):
        return "other"
    described = grammar.is_adjective(before) and before not in words.STOP and not before.endswith("ly")
    named = before in words.DETERMINERS or described
    if word in grammar.VERBS and not (named and (not after or after in words.STOP)):
        return "verb"
    if (
        word.endswith("ing")
        and (not after or after in words.STOP)
        and (before in ("of", "about") or _plain_adjective(before))
    ):
        return "noun"
    if grammar.is_adjective(word) or (word in words.SHOTS and tokens[i].phrase == 0):
        return "other"
    single = bool(before) and before not in words.STOP and not before.endswith("s")
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and single and _names(before) and after:
        return "verb"
    return "noun"


def _plain_adjective(word: str) -> bool:
    return grammar.is_adjective(word) and not word.endswith(("ly", "ing", "ed"))


def _names(word: str) -> bool:
    return not grammar.is_adjective(word) and word not in grammar.VERBS


def _look(tokens: list[_Token], i: int) -> tuple[str, ...]:
    """The words that describe the noun at `i`: those just before it, and those in the brackets after it."""
    first = i
    while first > 0 and tokens[first - 1].phrase == tokens[i].phrase and tokens[first - 1].word not in words.STOP:
        first -= 1
    last = i + 1
    while last < len(tokens) and tokens[last].inside and not tokens[i].inside:
        last += 1
    own = [t.word for t in tokens[first : i + 1] if t.word not in words.SHOTS and t.word not in words.CAMERA]
    return (*own, *(t.word for t in tokens[i + 1 : last] if t.word not in words.STOP))


def _count(tokens: list[_Token], i: int, kind: str) -> int:
    before = {t.word for t in tokens[max(0, i - 3) : i] if t.phrase == tokens[i].phrase}
    word = tokens[i].word
    if before & {"three", "four", "five", "many", "several"} or word in ("crowd", "people", "family"):
        return 3
    plural = word in ("children", "couple") or word.endswith("men") or word not in words.SUBJECTS
    return 2 if before & {"two", "both"} or (plural and kind != "birds" and not word.endswith(("'s", "\u2019s"))) else 1


def _worn(tokens: list[_Token], i: int) -> bool:
    """Tell whether a word describes clothes or a figure, so that a grey coat is not taken for a grey sky."""
    if tokens[i].inside:
        return True
    if i + 1 == len(tokens) or tokens[i + 1].phrase != tokens[i].phrase or tokens[i].word not in words.COLOURS:
        return False
    following = tokens[i + 1].word
    return bool(_meaning(words.GARMENTS, following) or _meaning(words.SUBJECTS, following))


def _garments(tokens: list[_Token]) -> tuple[tuple[str, str], ...]:
    """(garment, colour as hex or '') in prompt order; the first of each kind counts."""
    worn: dict[str, str] = {}
    for i, token in enumerate(tokens):
        kind = _meaning(words.GARMENTS, token.word)
        if kind and kind not in worn:
            near = [t.word for t in tokens[max(0, i - 2) : i] if t.phrase == token.phrase]
            worn[kind] = next((words.COLOURS[w] for w in reversed(near) if w in words.COLOURS), "")
    return tuple(worn.items())


def _first(tokens: list[_Token], table: dict[str, str]) -> str | None:
    return next((m for m in (_meaning(table, t.word) for t in tokens) if m), None)


_OF_A_BODY = ("hands", "eye")


def _same(kind: str, other: str | None) -> bool:
    """Tell whether two neighbours name one thing: "woman traveller", "oak tree"."""
    return kind == other or (kind in PEOPLE and other in PEOPLE)


def read_prompt(prompt: str) -> Reading:
    """Read a prompt of any text into what to paint.

    Returns a reading whose `not_drawn` holds the nouns without a picture: lower case, in prompt order, each once.
    """
    tokens = _tokens(prompt)
    roles = [_role(tokens, i) for i in range(len(tokens))]
    people = any(_meaning(words.SUBJECTS, t.word) in PEOPLE for t in tokens)
    subjects: dict[str, Subject] = {}
    named: dict[str, tuple[int, str]] = {}
    missing: dict[str, int] = {}
    places: list[str] = ["moon"] if " on the moon" in prompt.lower() else []
    lead = lead_word = ""
    shots = [words.SHOTS[t.word] for t in tokens if t.word in words.SHOTS and t.phrase == 0]
    shot = shots[0] if shots else "close" if any(t.word in ("close-up", "closeup") for t in tokens) else "wide"
    near = shot == "close"
    for i, token in enumerate(tokens):
        kind = _meaning(words.SUBJECTS, token.word)
        beside = i + 1 < len(tokens) and tokens[i + 1].phrase == token.phrase
        modifies = beside and roles[i + 1] in ("noun", "subject") and not token.word.endswith("s")
        role = roles[i]
        if kind in _OF_A_BODY and (token.inside or not near):
            # In a wider shot a hand is a part of whoever is seen; alone it has no picture.
            if not people:
                missing.setdefault(token.word, i)
            continue
        if kind and modifies and _same(kind, _meaning(words.SUBJECTS, tokens[i + 1].word)):
            continue
        if kind in PEOPLE and token.inside and any(known in PEOPLE for known in subjects):
            # "two children (people in blue coats)": the brackets describe the children.
            continue
        if role == "noun" and beside and _in(words.INVISIBLE, tokens[i + 1].word):
            # "salt wind", "love story": it only colours what cannot be seen anyway.
            continue
        heads = beside and roles[i + 1] in ("subject", "place")
        if role == "subject" and kind and not (modifies and kind != "lighthouse"):
            lead = lead or kind
            subjects.setdefault(kind, Subject(kind, _count(tokens, i, kind), _look(tokens, i)))
            named.setdefault(kind, (i, token.word))
        elif role in ("noun", "subject"):
            # "steam train": the train leads, though the steam is missing.
            if not lead and not heads:
                lead, lead_word = "?", token.word
            missing.setdefault(token.word, i)
        elif role == "place":
            places.append(_meaning(words.DRAWN_PLACES, token.word) or _meaning(words.HINTED_PLACES, token.word) or "")
            if not _meaning(words.DRAWN_PLACES, token.word):
                missing.setdefault(token.word, i)
        elif not people and _meaning(words.GARMENTS, token.word) and (token.word, lead) != ("suit", "astronaut"):
            if not lead:
                lead, lead_word = "?", token.word
            missing.setdefault(token.word, i)
    biome = home_of(places, subjects)
    if biome == "sea" and subjects.keys() - AT_SEA:
        biome = "shore"
    biome, features = shaped(biome, places, [m for t in tokens if (m := _meaning(words.FEATURES, t.word))], subjects)
    if biome != "city":
        # Ruins of anything else than a city have no picture.
        missing.update((t.word, i) for i, t in enumerate(tokens) if t.word in ("ruin", "ruins", "ruined"))
    for i, token in enumerate(tokens):
        also = _meaning(words.DRAWN_PLACES, token.word) if roles[i] == "place" else None
        if also in UNMISTAKABLE and also != biome and also not in features:
            # One picture plays in one place: a village by a lake shows the village, and says that it lacks the lake.
            missing.setdefault(token.word, i)
    for place, (kind, (i, word)) in enumerate(named.items()):
        if place >= MOST_KINDS or not fits(kind, biome):
            missing.setdefault(word, i)
            if lead == kind:
                lead, lead_word = "?", word
            del subjects[kind]
    drawn = list(subjects.values())
    if subjects.keys() & set(_OF_A_BODY):
        # Seen from that near, nothing else is in the frame but whose they are and what they hold.
        shown = next((k for k in subjects if k in HELD), "") if "hands" in subjects else ""
        for other in [k for k in subjects if k not in (*_OF_A_BODY, *PEOPLE, shown)]:
            missing.setdefault(named[other][1], named[other][0])
            del subjects[other]
        drawn = list(subjects.values())
    if near and people:
        missing.pop("face", None)
    outdoors = [token for i, token in enumerate(tokens) if not _worn(tokens, i)]
    weather = dict.fromkeys(m for t in outdoors if (m := _meaning(words.WEATHERS, t.word)))
    if biome in ("space", "undersea", "moon"):
        weather = {}
    nothing = not drawn and biome == "none"
    return Reading(
        biome=biome,
        hour=cast(Hour, _first(outdoors, words.HOURS) or _usual_hour(tokens, biome)),
        weather=cast("tuple[Weather, ...]", tuple(weather)),
        shot=cast(ShotSize, shot),
        subjects=tuple(drawn),
        garments=_garments(tokens) if people else (),
        not_drawn=tuple(sorted(missing, key=missing.__getitem__)),
        card=nothing or (lead == "?" and not subjects.keys() & set(LIVING)),
        title=title_of(prompt, lead_word),
        features=features,
    )


def _usual_hour(tokens: list[_Token], biome: str) -> Hour:
    """The hour where none is named: night where the moon or stars are, else what flatters the place."""
    if any(_in(frozenset({"moon", "star"}), t.word) for t in tokens):
        return "night"
    return "morning" if any(t.word == "spring" for t in tokens) else USUAL_HOUR[biome]
