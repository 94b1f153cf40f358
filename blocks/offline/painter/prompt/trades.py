"""Recognises people who are named by their trade, even one that the painter's vocabulary does not list.

A trade is known by its ending ("clockmaker", "blacksmith", "pianist"), by a verb it comes from ("weaver", "sailor"), or
from a list of the others ("tailor", "nurse"). Called by `tokens.py`.
"""

from __future__ import annotations

from blocks.offline.data_files import read_tables
from blocks.offline.painter.prompt import inflection

_TABLES = read_tables("painter/trades.txt")


_TRADES = _TABLES["trades"].words
_ENDINGS = (
    "smith",
    "wright",
    "maker",
    "keeper",
    "monger",
    "woman",
    "shepherd",
    "herder",
    "ologist",
    "ician",
    "grapher",
)
_NO_ISTS = _TABLES["no -ist"].words
_NO_EERS = _TABLES["no -eer"].words
_THINGS = _TABLES["things"].words
"""Words for things, not people, although they come from a verb."""


def is_person(word: str) -> bool:
    """Tell whether a lower-case word, singular or plural, names a person by their trade."""
    return any(_named(form.rsplit("-", 1)[-1]) for form in inflection.singulars(word))


def _named(word: str) -> bool:
    if word in _TRADES or (word.endswith(_ENDINGS) and len(word) > 5) or (word.endswith("man") and len(word) > 5):
        return word not in ("snowman", "doberman", "talisman", "human", "ottoman", "roman", "german", "caiman")
    if word in _THINGS:
        return False
    if word.endswith("ist") and len(word) > 5:
        return word not in _NO_ISTS
    if word.endswith("eer") and len(word) > 5:
        return word not in _NO_EERS
    if len(word) < 5 or not word.endswith(("er", "or")):
        return False
    stem = word[:-2]
    # The verbs of sing-er, bak-er, run-n-er and carri-er.
    stems = [
        stem,
        stem + "e",
        *([stem[:-1]] if stem[-1] == stem[-2] else []),
        *([stem[:-1] + "y"] if stem[-1] == "i" else []),
    ]
    return any(s in inflection.PLAIN_VERBS for s in stems)
