"""Word lists for parsing an idea: verbs, determiners, people, places. They are in `data/writer/idea/words.txt`.

An idea whose verb is missing here becomes a topic, which is quoted and never inflected.
"""

from __future__ import annotations

import re

from blocks.offline.data_files import read_tables

_TABLES = read_tables("writer/idea/words.txt")

DETERMINERS = _TABLES["determiners"].words

AUXILIARY = _TABLES["auxiliary"].words

STATIVE = _TABLES["stative"].words
"""First words of a clause that describes a state: after 'then', as in 'then she lives alone', it makes no sense."""

_BASES = _TABLES["verbs"].words
ADJECTIVES_AFTER_NOUN = _TABLES["plights"].words
"""Adjectives that may follow a noun: 'a dragon afraid of fire'."""


def _third(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{base}es"
    return f"{base[:-1]}ies" if base[-1] == "y" and base[-2] not in "aeiou" else f"{base}s"


def _doing(base: str) -> str:
    if base in {"run", "swim", "stop", "win", "forget", "begin", "sit", "dig"}:
        return f"{base}{base[-1]}ing"
    if base in {"die", "lie"}:
        return f"{base[:-2]}ying"
    return f"{base[:-1]}ing" if base.endswith("e") and not base.endswith("ee") else f"{base}ing"


_PAST = _TABLES["past"].words

NOUNS_TOO = _TABLES["nouns too"].words
"""Verbs that are as often nouns: they count as verbs only after someone who can do them."""

ACTING = frozenset(word for base in _BASES for word in (_third(base), _doing(base)) if word not in NOUNS_TOO) | _PAST
"""Verbs of action: in the third person, the past, or as a participle."""

PLURAL_ACTING = _BASES
"""The same verbs in the form that follows a plural subject: 'two brothers race'."""

PEOPLE_ACTING = _TABLES["people acting"].words
"""Further verbs in that form, which are as often nouns: 'a nurse and a clown share a bus'."""

PLURALS = _TABLES["plurals"].words

PEOPLE = _TABLES["people"].words
"""Nouns for whomever a tale can be about: people, animals and machines."""

_AGENT = re.compile(
    r"[a-z]{3,}(?:[^aeiou]er|[aeiou]{1,2}[^aeiou]er|eer|[^aeiou]or|[td]or|ist|smith|wright|herd|monger)$|[a-z]{2,}(?:man|woman|ician|arian|tress)$"
)
"""Endings of words for people who do something: 'keeper', 'pianist', 'clockmaker'."""
_NO_AGENT = _TABLES["no agent"].words
"""Words for things, animals and others that have such an ending."""


def is_someone(word: str) -> bool:
    """Tell whether a lower-case noun, singular or plural, is a person, animal or machine that a tale can be about."""
    word = word.rsplit("-", 1)[-1]
    forms = (word, word.removesuffix("s"))
    if any(form in PEOPLE for form in forms):
        return True
    return any(bool(_AGENT.match(form)) and form not in _NO_AGENT for form in forms)


PLACES = _TABLES["places"].words
"""Nouns for a place, or for a relative of one's own: an idea with one of them is a portrait."""
