# ruff: noqa: RUF001 - curly quotes are meant, not mistaken
"""Where a sentence ends, and where a full stop is an abbreviation's, an initial's or a number's: one table for all.

Called by whoever parts a text into sentences: the script, the captions, the embedded voice. Abbreviations are English;
a mark of any other script ends a sentence wherever it stands.
"""

from __future__ import annotations

import re

_NAMED = "mr mrs ms dr prof st ste mt ft sgt lt col gen capt cpt maj rev hon gov sen rep pres messrs sr jr fr vs"
_LEADING = "e.g i.e c.f cf eg ie viz approx ca c vs v incl excl esp resp"
_NUMBERED = (
    "p pp no nos nr vol vols fig figs ch chap sec sect art op ed eds est c ca app eq ex ext par para tab v ver"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
)
_MEASURED = "oz lb lbs ft yd yds mi km kg cm mm hr hrs min mins sec secs sq cu"
_EITHER = "etc al inc ltd co corp bros dept univ ave blvd rd a.m p.m am pm"
NAMED, LEADING, NUMBERED, MEASURED, EITHER = (
    frozenset(words.split()) for words in (_NAMED, _LEADING, _NUMBERED, _MEASURED, _EITHER)
)
"""Before a name ('Dr. Grey'); before anything ('i.e. 3'); before a number ('p. 12'); a unit before the next number
('7 lb. 11 oz.'); and those that end a sentence as often as not ('etc.')."""

_LEADING_ALL = LEADING - NUMBERED

_BEGINNING = (
    "the a an he she it they we i you this that these those there then when while where what who why how now so and but"
    " or yet if in on at by for from with after before once until as to his her its their our my your no not nobody"
    " everyone all some each every one nothing only even here"
)
_BEGINNINGS = frozenset(_BEGINNING.split())
"""Words that begin a sentence after 'etc.', 'U.S.' or an initial; any other capital is a name: 'the U.S. Army'."""

_CLOSING, _OPENING = "\"'”’»)]", "\"'“‘«([{¿¡"
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,9}")
_NUMERAL = re.compile(r"[#$€£~(-]*\d|[ivxlc]{1,7}\b\.?|[IVXLC]{1,7}\b\.?")
_STOPS = ".!?…"


def ends_sentence(word: str, following: str) -> bool:
    """Tell whether a sentence ends after `word`, which `following` comes behind with a space between.

    Args:
        word: as it stands between spaces, with its marks: 'i.e.', 'home."'.
        following: the next word, or ''; a sentence always ends where a text does.
    """
    core = word.rstrip(_CLOSING)
    mark = core[len(core.rstrip(_STOPS)) :]
    if not mark:
        return False
    first = following.lstrip(_OPENING)[:1]
    if not following or not first:
        return True
    if first.islower():
        return False
    return mark[0] != "." or not abbreviated(core, following)


def abbreviated(word: str, following: str) -> bool:
    """Tell whether the full stop at the end of `word` belongs to the word, and what follows goes on with it."""
    core = word.rstrip(_CLOSING).lstrip(_OPENING)
    if not core.endswith(".") or not following:
        return False
    stem, bare = core[:-1], following.lstrip(_OPENING)
    low = stem.lower()
    if low in _LEADING_ALL:
        return True
    if low in NUMBERED and _NUMERAL.match(bare):
        return True
    if low in MEASURED and bare[:1].isdecimal():
        return True
    if low in NAMED:
        return bare[:1].isalpha()
    if low in EITHER or _INITIALS.fullmatch(core):
        return not _begins(bare)
    return len(stem) == 1 and stem.isalpha() and stem != "I" and stem.isupper() and not _begins(bare)


def _begins(bare: str) -> bool:
    return bare.rstrip(_CLOSING + ".,;:!?…").lower().partition("'")[0].partition("’")[0] in _BEGINNINGS
