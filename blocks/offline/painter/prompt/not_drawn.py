"""Finds words for what no drawing shows: poses, facial expressions, and states of things such as 'broken'.

The rule: what is asked for and not drawn is reported. Called by `reader.py`, which lists these words in `not_drawn`.
"""

from __future__ import annotations

from blocks.offline.painter.prompt.places_in_prompt import LIVING, PEOPLE
from blocks.offline.painter.prompt.subjects import kinds_with
from blocks.offline.painter.prompt.tokens import Token


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _forms(*verbs: str) -> frozenset[str]:
    """Return all forms of regular verbs; irregular forms are written out where they are used."""
    found: set[str] = set()
    for verb in verbs:
        stem = verb[:-1] if verb.endswith("e") else verb
        twice = stem + stem[-1]
        found |= {verb, verb + "s", verb + "es", stem + "ed", stem + "ing", twice + "ing", twice + "ed"}
    return frozenset(found)


_POSES = _forms(
    "kneel",
    "crouch",
    "squat",
    "sleep",
    "crawl",
    "climb",
    "jump",
    "leap",
    "dance",
    "swim",
    "dive",
    "bow",
    "pray",
    "hug",
    "embrace",
    "kiss",
    "salute",
    "curl",
    "somersault",
    "stumble",
) | _words("knelt lying lies lie slept asleep swam dove leapt curled upside-down handstand")
_SITTING = _words("sit sits sitting sat seated cross-legged")
_EXPRESSIONS = _forms("smile", "grin", "laugh", "weep", "frown", "wink", "scream", "yawn", "blush") | _words(
    "cry cries crying cried wept tearful open-mouthed"
)
_OF_BEASTS = _forms("howl", "pounce", "bark", "growl") | _SITTING
_BODIES = _words("bald barefoot naked blindfolded one-eyed masked tattooed freckled wounded bandaged pregnant winged")
_STATES = _words(
    "broken cracked shattered torn burnt burned burning rusty rusted frozen flooded crowded overgrown derelict "
    "destroyed bombed devastated sunken upside-down tilted crumbling melting half-open giant "
    "gigantic enormous colossal miniature transparent"
)
_BURNS = kinds_with("burns")


def words_not_drawn(tokens: list[Token], kinds: list[str], shot: str) -> dict[str, int]:
    """Return the words that ask for what is not drawn, each with its position.

    Args:
        kinds: for each token the kind of subject or the place that it names; '' where it names none.
        shot: the shot size; what the frame cuts off is not reported.
    """
    found: dict[str, int] = {}
    for i, token in enumerate(tokens):
        word = token.word
        who = _who(tokens, kinds, i)
        if word in _SITTING and who in PEOPLE:
            # From the waist up, sitting looks the same as standing.
            told = shot == "wide"
        elif word in _POSES or (word in _OF_BEASTS and who not in PEOPLE):
            told = (who in PEOPLE and shot != "close") or (who in LIVING and who not in PEOPLE)
            told = told and not (who == "cat" and word in _SITTING) and who not in ("whale", "fish")
        elif word in _EXPRESSIONS or word in _BODIES:
            told = who in PEOPLE
        elif word in _STATES:
            near = {k for t, k in zip(tokens, kinds, strict=True) if t.phrase == token.phrase and k}
            told = bool(near or (token.inside and who)) and not (word == "burning" and near & set(_BURNS))
        else:
            told = False
        if told:
            found.setdefault(word, i)
    return found


def _who(tokens: list[Token], kinds: list[str], i: int) -> str:
    """Return the kind that the word at `i` describes: that of the noun right after it, else of the last one before."""
    for j in range(i + 1, min(i + 3, len(tokens))):
        if tokens[j].phrase == tokens[i].phrase and kinds[j] in LIVING:
            return kinds[j]
    before = [kinds[j] for j in range(i) if kinds[j]]
    return before[-1] if before else ""
