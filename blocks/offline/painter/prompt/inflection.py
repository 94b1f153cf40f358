"""Recognises adjectives and verbs, so that what remains of a prompt are its nouns.

A part-of-speech tagger would be larger than the painter; these lists and endings are only an approximation. A word
that they do not know counts as a noun and is reported, because a false report does less harm than a silent gap.
"""

from __future__ import annotations

from blocks.offline.data_files import read_tables

_TABLES = read_tables("painter/inflection.txt")


ADJECTIVES = _TABLES["adjectives"].words

_VERBS = _TABLES["verbs"].words
_IRREGULAR = _TABLES["irregular forms"].words


def _inflected() -> frozenset[str]:
    forms: set[str] = set()
    for verb in sorted(_VERBS):
        stem = verb[:-1] if verb.endswith("e") else verb
        third = verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeou" else verb + "s"
        forms |= {verb, third, verb + "es", stem + "ed", stem + "ing", verb + verb[-1] + "ed", verb + verb[-1] + "ing"}
    return frozenset(forms) | _IRREGULAR


VERBS = _inflected()
PLAIN_VERBS = _VERBS
"""Verbs in the form that a dictionary lists."""

_ENDINGS = ("ous", "ful", "less", "ish", "able", "ible", "ive", "ward", "like", "est")
_NOT_ADJECTIVES = _TABLES["no adjectives"].words
_ING_NOUNS = _TABLES["nouns in -ing"].words
_ED_NOUNS = _TABLES["nouns in -ed"].words
_LY_NOUNS = _TABLES["nouns in -ly"].words


def is_adjective(word: str) -> bool:
    """Tell whether a lower-case word is an adjective or an adverb, by list or by ending."""
    last = word.rsplit("-", 1)[-1]
    if word in ADJECTIVES or last in ADJECTIVES:
        return True
    if last.endswith("ly"):
        return last not in _LY_NOUNS
    if last.endswith("ing"):
        return last not in _ING_NOUNS and len(last) > 4
    if last.endswith("ed"):
        return last not in _ED_NOUNS and len(last) > 3
    return len(last) > 4 and last.endswith(_ENDINGS) and last not in _NOT_ADJECTIVES


def singulars(word: str) -> tuple[str, ...]:
    """Return the word without a possessive ending, then the words that it may be the plural of, in the order to try."""
    base = word.removesuffix("'s").removesuffix("\u2019s").rstrip("'\u2019")
    forms = [base]
    if base.endswith("ies"):
        forms.append(base[:-3] + "y")
    if base.endswith("ves"):
        forms += [base[:-3] + "f", base[:-3] + "fe"]
    if base.endswith("men"):
        forms.append(base[:-3] + "man")
    if base.endswith("es"):
        forms.append(base[:-2])
    if base.endswith("s") and not base.endswith("ss"):
        forms.append(base[:-1])
    return tuple(forms)
