"""Tell which lines of a script name who speaks: cues, in capitals above a line of speech.

The syntax is Fountain's (https://fountain.io/syntax#character). Called by `studio/input/script.py` and
`studio/input/fountain.py`; pure.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_CUE = re.compile(r"(?P<name>[^\W_][^()\[\]{}<>|^*~=:;!?]{0,59})(?P<how>(?:\([^()]{0,60}\)[ \t]{0,9}){0,4})\^?$")
_NAME_SIGNS = " .'\u2019\u02bc-\u2010\u2011#&/+\"\u201c\u201d\u00b7\u30fb"
_UNSAID = re.compile(r"\(\s*(?:cont(?:['\u2019\u02bc]?d|inued|inuing|\.)?|more)\.?\s*\)", re.IGNORECASE)
"""'(CONT'D)' tells an actor that the speech goes on."""
_MC = re.compile(r"\bMc(?=[^\W\d_a-z])")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019]S\b)?")
_DIRECTION = re.compile(r"\([^()]{1,200}\)$")
_SENTENCE = re.compile("[.!?…。!?」』]")
_NOT_NAMES = re.compile(r"(?:CHAPTER|PART|ACT|SCENE|BOOK|VERSE|STANZA|SECTION|EPISODE|PROLOGUE|EPILOGUE|TITLE)\b")
_NAME_CHARACTERS = 40
_NO_NUMBERED_NAME = re.compile(
    r"(?:(?:SECOND|MINUTE|HOUR|DAY|NIGHT|WEEK|MONTH|YEAR|DECADE|MILE|METER|METRE|KM|PERCENT|DEGREE)S?|LATER|EARLIER|AGO|AM|PM"
    r"|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|JANUARY|FEBRUARY|MARCH|APRIL|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER"
    r"|NOVEMBER|DECEMBER|CONTINUED|BC|AD)$"
)
"""A word after a number that makes it a time or a measure: '10 YEARS LATER'."""


class Cue(NamedTuple):
    """Who speaks.

    Attributes:
        name: as captions show it, 'Mara' for 'MARA'.
        how: where the voice comes from, ' (O.S.)' with the blank before it; '' if the cue does not say.
        certain: whether the line says by itself that it is a cue: it has an extension, or was forced.
    """

    name: str
    how: str = ""
    certain: bool = False


def cue(line: str, forced: bool = False) -> Cue | None:
    """Return who speaks if a stripped line is a cue by its letters: at most 40, in capitals, of any alphabet.

    Args:
        forced: whether a sign says that it is a cue; then small letters, and letters without capitals, are allowed.
    """
    found = _CUE.match(line)
    if found is None:
        return None
    name = unicodedata.normalize("NFC", " ".join(found["name"].split()))
    how = " ".join(_UNSAID.sub("", found["how"]).replace(")(", ") (").split())
    certain = forced or bool(found["how"]) or line.endswith("^")
    if not 0 < len(name) <= _NAME_CHARACTERS or not any(map(str.isalpha, name)):
        return None
    if any(not (c in _NAME_SIGNS or unicodedata.category(c)[0] in "LMN") for c in name):
        return None
    if not forced and not _in_capitals(name, certain):
        return None
    return Cue(_as_shown(name), f" {how}" if how else "", certain)


def caseless_name(line: str) -> bool:
    """Tell whether a stripped line may be a name in letters without capitals, such as '灯台': at most 8 of them."""
    return 0 < len(line) <= 8 and all(unicodedata.category(c) == "Lo" for c in line)


def is_dialogue(text: str) -> bool:
    """Tell whether a text without headings is one: two of its paragraphs begin with a cue, or one that is certain.

    A cue is certain with an extension, or a direction under it. Headings such as 'CHAPTER ONE' are no cues.
    """
    found = 0
    lines = [line.strip() for line in text.split("\n")]
    for place, line in enumerate(lines[:-1]):
        if (place and lines[place - 1]) or not lines[place + 1] or not line or _NOT_NAMES.match(line):
            continue
        who = cue(line.strip("*_"))
        if who is not None and line[0].isdigit() and not who.certain:
            continue
        after = lines[place + 1].strip("*_")
        if who is not None and (who.certain or cue(after) is None):
            found += 2 if who.certain or _DIRECTION.match(after) else 1
    return found > 1


def known_names(lines: list[str]) -> frozenset[str]:
    """Return the names that are cues beyond doubt somewhere in a script: after a blank line, above speech."""
    names: set[str] = set()
    for place, line in enumerate(lines[:-1]):
        if (place and lines[place - 1]) or not lines[place + 1] or (who := cue(line)) is None:
            continue
        if who.certain or cue(lines[place + 1]) is None:
            names.add(who.name)
    return frozenset(names)


def speaks(line: str) -> bool:
    """Tell whether a line under a name in letters without capitals is speech: a direction, or it holds a stop."""
    return bool(_DIRECTION.match(line) or _SENTENCE.search(line))


def _in_capitals(name: str, certain: bool) -> bool:
    letters = _MC.sub("MC", name).replace("ß", "")
    if not any(map(str.isupper, letters)) or any(map(str.islower, letters)):
        return False
    # '3 A.M.' is a time; '1ST GUARD' and '23 SKIDOO' are cues.
    if not name[0].isalpha() and not certain and not _numbered_name(letters):
        return False
    if not (name[-1].isalnum() or name[-1] in '."\u201d' or unicodedata.category(name[-1])[0] == "M"):
        return False
    return len(name) > 1 and (sum(map(str.isalnum, name)) > 1 or certain)


def _numbered_name(name: str) -> bool:
    """Tell whether what begins with a number has a word of two letters, and none of a time or a measure."""
    words = [word.strip(".,'\"") for word in name.split()]
    named = any(len(word) > 1 and word.isalpha() for word in words)
    return named and not any(map(_NO_NUMBERED_NAME.match, words))


def _as_shown(name: str) -> str:
    def shown(found: re.Match[str]) -> str:
        word = found[0]
        if word[:2] == "Mc" and word[2:].isupper():
            return "Mc" + word[2:].capitalize()
        if word in ("ST", "ND", "RD", "TH") and found.string[: found.start()][-1:].isdigit():
            return word.lower()
        return word.capitalize() if word.isupper() else word

    return _WORD.sub(shown, name)
