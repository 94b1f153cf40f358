"""The words of a prompt and the role of each: a subject, a place, another noun, a verb, or nothing to draw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from blocks.offline.painter.prompt import inflection, vocabulary
from blocks.offline.painter.prompt.title import without_tags
from blocks.offline.painter.prompt.trades import is_person
from studio.text.markdown import ADDRESS

Role = Literal["stop", "noun", "subject", "place", "other", "verb"]


@dataclass(frozen=True)
class Token:
    """One word of a prompt, in lower case; `phrase` is the number of its phrase, as commas and brackets divide them."""

    word: str
    phrase: int
    inside: bool
    """Whether it is inside brackets, where it describes the noun before them."""
    proper: bool = False
    """Whether it is written with a capital."""
    name: str = ""
    """The proper name that this token replaces, else ''."""


_PIECE = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*|[,.;:!?\n()]")


def tokens_of(prompt: str) -> list[Token]:
    """Split a prompt into its words, without numbers and web addresses, which name nothing to paint."""
    found: list[Token] = []
    phrase = depth = 0
    for piece in _PIECE.findall(ADDRESS.sub(" ", without_tags(prompt))):
        if piece in ",.;:!?\n()":
            depth = max(0, depth + {"(": 1, ")": -1}.get(piece, 0))
            phrase += 1
        elif not piece.isdigit():
            if piece.lower() in ("station", "stations") and found and found[-1].phrase == phrase:
                # "space station" becomes one word; a "train station" is just a station.
                if found[-1].word in ("railway", "railroad", "train"):
                    found.pop()
                elif f"{found[-1].word}-station" in vocabulary.HINTED_PLACES:
                    piece = f"{found.pop().word}-station"
            found.append(Token(piece.lower(), phrase, depth > 0, piece[0].isupper()))
    return found


def lookup(table: dict[str, str], word: str) -> str | None:
    """Return the entry of a table for a word or its singular; None where it has none."""
    return next((table[form] for form in inflection.singulars(word) if form in table), None)


def subject_of(word: str) -> str | None:
    """Return the kind of subject that a word names; None where it names none. Anyone named by a trade is a person."""
    kind = lookup(vocabulary.SUBJECTS, word)
    tables = (
        vocabulary.DRAWN_PLACES,
        vocabulary.HINTED_PLACES,
        vocabulary.HOURS,
        vocabulary.WEATHERS,
        vocabulary.GARMENTS,
    )
    if kind or any(lookup(table, word) for table in tables):
        return kind
    # Other meanings come first: "tender" is a mood, though it looks like a trade.
    other = (
        word in vocabulary.STOP
        or word in vocabulary.CAMERA
        or inflection.is_adjective(word)
        or is_in(vocabulary.INVISIBLE, word)
    )
    return "person" if not other and is_person(word) else None


_ALOFT = frozenset(
    ("fly", "flies", "flying", "flew", "soars", "soaring", "circles", "circling", "glides", "gliding", "aloft")
)


def kind_at(tokens: list[Token], i: int) -> str | None:
    """Return the kind of subject that the word at `i` names with its neighbours: a paper boat, a flying crow."""
    kind = subject_of(tokens[i].word)
    near = {t.word for t in tokens[max(0, i - 2) : i] if t.phrase == tokens[i].phrase}
    if kind == "boat" and near & {"paper", "origami"}:
        return "paper boat"
    after = {t.word for t in tokens[i + 1 : i + 3] if t.phrase == tokens[i].phrase}
    return "crow aloft" if kind == "crow" and (near | after) & _ALOFT else kind


def is_in(group: frozenset[str], word: str) -> bool:
    """Tell whether a word or its singular is in a group."""
    return any(form in group for form in inflection.singulars(word))


def role_of(tokens: list[Token], i: int) -> Role:
    """Return the role of the word at `i`."""
    word = tokens[i].word
    alike = [j for j in (i - 1, i + 1) if 0 <= j < len(tokens) and tokens[j].phrase == tokens[i].phrase]
    before = tokens[i - 1].word if i - 1 in alike else ""
    after = tokens[i + 1].word if i + 1 in alike else ""
    if word in vocabulary.STOP or (word == "home" and before in inflection.VERBS):
        return "stop"
    if subject_of(word):
        return "subject"
    if lookup(vocabulary.DRAWN_PLACES, word) or lookup(vocabulary.HINTED_PLACES, word):
        return "place"
    known = any(lookup(t, word) for t in (vocabulary.HOURS, vocabulary.WEATHERS, vocabulary.GARMENTS))
    if known or is_in(vocabulary.SKY, word) or is_in(vocabulary.INVISIBLE, word) or is_in(vocabulary.CAMERA, word):
        return "other"
    described = inflection.is_adjective(before) and before not in vocabulary.STOP and not before.endswith("ly")
    named = before in vocabulary.DETERMINERS or described
    if word in inflection.VERBS and not (named and (not after or after in vocabulary.STOP)):
        return "verb"
    if (
        word.endswith("ing")
        and (not after or after in vocabulary.STOP)
        and (before in ("of", "about") or _plain_adjective(before))
    ):
        return "noun"
    if inflection.is_adjective(word) or (word in vocabulary.SHOTS and tokens[i].phrase == 0):
        return "other"
    single = bool(before) and before not in vocabulary.STOP and not before.endswith("s")
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and single and _names(before) and after:
        return "verb"
    return "noun"


def _plain_adjective(word: str) -> bool:
    return inflection.is_adjective(word) and not word.endswith(("ly", "ing", "ed"))


def _names(word: str) -> bool:
    return not inflection.is_adjective(word) and word not in inflection.VERBS
