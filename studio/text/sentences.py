# ruff: noqa: RUF001 - curly quotes are meant, not mistaken
"""Find where sentences end, and where a full stop belongs to an abbreviation, an initial or a number instead.

Called by everything that divides a text into sentences: the script, the captions, the offline voice. Abbreviations are
English; a mark of any other script always ends a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
"""Abbreviations: before a name ('Dr. Grey'); before anything ('i.e. 3'); before a number ('p. 12'); a unit before the
next number ('7 lb. 11 oz.'); and those that may end a sentence or not ('etc.')."""

_LEADING_ALL = LEADING - NUMBERED

_BEGINNING = (
    "the a an he she it they we i you this that these those there then when while where what who why how now so and but"
    " or yet if in on at by for from with after before once until as to his her its their our my your no not nobody"
    " everyone all some each every one nothing only even here"
)
_BEGINNINGS = frozenset(_BEGINNING.split())
"""Words that begin a sentence after 'etc.', 'U.S.' or an initial; any other capitalised word there is a name: 'the U.S.
Army'."""

_CLOSING, _OPENING = "\"'”’»)]", "\"'“‘«([{¿¡"
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,9}")
_NUMERAL = re.compile(r"[#$€£~(-]*\d|[ivxlc]{1,7}\b\.?|[IVXLC]{1,7}\b\.?")
_STOPS = ".!?…"


def ends_sentence(word: str, following: str) -> bool:
    """Tell whether a sentence ends between `word` and `following`, which are separated by a space.

    Args:
        word: the word with its marks: 'i.e.', 'home."'.
        following: the next word, '' at the end of the text, where a sentence always ends.
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
    """Tell whether the full stop at the end of `word` belongs to the word, and the sentence goes on."""
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


_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”\u2019»)\]]*+(?=\s|$)|[。\uff01\uff1f]+[”\u2019」』\uff09]*")


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text` in order, each as one line; joined they are the text, except for white space.

    A sentence ends at `. ! ? …` before white space, at the corresponding CJK marks, and at a blank line; not before a
    small letter (except after an ellipsis), nor after an abbreviation, an initial, or a number that opens the sentence.
    A paragraph of several lines that all begin with a capital is verse or a list: there each line ends a sentence.
    """
    return tuple(each_sentence(text))


def each_sentence(text: str) -> Iterator[str]:
    """Yield the sentences of `text` one after the other, as `split_sentences` returns them."""
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line for line in block.splitlines() if line.strip()]
        verse = len(lines) > 1 and all(_opens_with_capital(line) for line in lines)
        for part in lines if verse else [" ".join(lines)]:
            yield from _split_line(part)


def _opens_with_capital(line: str) -> bool:
    letter = next((c for c in line if c.isalnum()), "")
    return letter.isupper()


def _split_line(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        if _goes_on(line, start, end):
            continue
        if sentence := " ".join(line[start : end.end()].split()):
            yield sentence
        start = end.end()
    if rest := " ".join(line[start:].split()):
        yield rest


def _goes_on(line: str, start: int, end: re.Match[str]) -> bool:
    """Tell whether the sentence that begins at `start` goes on after a mark."""
    mark = end.group()
    following = line[end.end() : end.end() + 40].split()
    if not following or ".." in mark or mark[0] not in ".!?":
        return False
    if mark == "." and end.start() - start < 9 and line[start : end.start()].strip().isdecimal():
        return True  # '1. Boil the water.'
    word = re.split(r"[\s(\"'“\u2018]", line[max(start, end.start() - 60) : end.start()])[-1] + mark
    return abbreviated(word, following[0]) or not ends_sentence(word, following[0])
