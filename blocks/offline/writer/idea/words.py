"""Word lists for taking an idea apart: verbs, determiners, people, places. They are `data/writer/idea/words.txt`.

A verb that is missing only makes an idea a topic, which is quoted and never inflected.
"""

from __future__ import annotations

import re

from blocks.offline.data_files import read_tables

_TABLES = read_tables("writer/idea/words.txt")

DETERMINERS = _TABLES["determiners"].words

AUXILIARY = _TABLES["auxiliary"].words

STATIVE = _TABLES["stative"].words
"""First words of a clause that tells a state: 'then she lives alone' is no sentence to say."""

_BASES = _TABLES["verbs"].words
PLIGHTS = _TABLES["plights"].words
"""Adjectives that may follow someone: 'a dragon afraid of fire'."""


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
"""Verbs that are as often nouns: they count only after someone who can do them."""

ACTING = frozenset(word for base in _BASES for word in (_third(base), _doing(base)) if word not in NOUNS_TOO) | _PAST
"""Verbs of something happening, in the third person, the past, or as a participle."""

PLURAL_ACTING = _BASES
"""The same verbs as a plural subject has them: 'two brothers race'."""

PEOPLE_ACTING = _TABLES["people acting"].words
"""Verbs as several people have them, and as often nouns: 'a nurse and a clown share a bus'."""

PLURALS = _TABLES["plurals"].words

PEOPLE = _TABLES["people"].words
"""Someone a tale can be about, beasts and machines too."""

_AGENT = re.compile(
    r"[a-z]{3,}(?:[^aeiou]er|[aeiou]{1,2}[^aeiou]er|eer|[^aeiou]or|[td]or|ist|smith|wright|herd|monger)$|[a-z]{2,}(?:man|woman|ician|arian|tress)$"
)
"""Endings of words for those who do something."""
_NO_AGENT = _TABLES["no agent"].words
"""Things, beasts and other words that end so."""


def is_someone(word: str) -> bool:
    """Tell whether a lower-case noun, in either number, is a person or a beast that a tale can be about."""
    word = word.rsplit("-", 1)[-1]
    forms = (word, word.removesuffix("s"))
    if any(form in PEOPLE for form in forms):
        return True
    return any(bool(_AGENT.match(form)) and form not in _NO_AGENT for form in forms)


PLACES = _TABLES["places"].words
"""Heads of a phrase that names somewhere, or someone of one's own."""
