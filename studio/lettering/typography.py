"""Set a card's title: typographic quotes and dashes, and lines broken as a designer would. Pure.

`studio/lettering/fonts.py` draws the letters; widths come in as a function, so that nothing here knows of fonts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

MOST_UNITS, MOST_CHARACTERS, MOST_LINES = 60, 400, 6
"""Most words and characters of a text that is set like a title, and most lines; a longer one is set like any text."""

SMALLER, FLAWED = 0.76, 0.85
"""To what share of its size a title may shrink for the sake of one line less; and the share that a bad break costs."""

_CLINGING = frozenset(
    "a an the of and or to in on at by for with from as is no not my your his her its our der die das des dem den ein"  # noqa: SIM905
    " eine und von vom zu im am le la les un une de du et el los las y en il lo gli e di".split()
)
"""Words that belong to the next word: a line should not end with one."""

_HANGING = 0.15
"""The price of a line that ends with one, as a share of a line's squared width."""

_APOSTROPHE, _OPEN, _CLOSE = "\u2019", "\u201c", "\u201d"
_OPEN_SINGLE, _EN_DASH, _EM_DASH, _DOTS = "\u2018", "\u2013", "\u2014", "\u2026"
_STOPS = frozenset("\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff1f\uff01\u300d\u300f\uff09\u3011\u300b\u3009\u30fc\u2026")
"""Signs that must not begin a line (JIS X 4051, kinsoku): Chinese and Japanese stops and closing brackets."""
_BEHIND = rf"(?<![\w.,!?)\]{_DOTS}{_APOSTROPHE}{_CLOSE}])"
"""Matches a place that does not follow a sign after which a quotation mark would be a closing one."""

Width = Callable[[str], float]


def typographic(text: str, *, english: bool = True) -> str:
    """Return the text with typographic signs instead of those of a typewriter.

    Apostrophes, dashes and dots are changed in any language; quotation marks in English only, because they differ from
    language to language. Signs for feet and inches after a digit stay.
    """
    text = re.sub(rf"(?<!\s)\s+(?:-{{1,3}}|{_EM_DASH})\s+", f" {_EN_DASH} ", text)
    text = re.sub(r"(?<=\w)--+(?=\w)", _EM_DASH, text)
    text = text.replace("...", _DOTS)
    text = re.sub(r"(?<=[^\W\d_])'(?=[^\W\d_])", _APOSTROPHE, text)
    if not english:
        return text
    text = re.sub(rf'{_BEHIND}"(?=\S)', _OPEN, text)
    text = re.sub(r'(?<!\d)"', _CLOSE, text)
    text = re.sub(rf"{_BEHIND}'(?=\d\d|(?:tis|twas|em|til)\b)", _APOSTROPHE, text, flags=re.IGNORECASE)
    text = re.sub(rf"{_BEHIND}'(?=\S)", _OPEN_SINGLE, text)
    return re.sub(r"(?<!\d)'", _APOSTROPHE, text)


def title_lines(text: str, width_of: Width, room: float, most_lines: int) -> tuple[list[str], float]:
    """Return the title divided into lines: few, so that it can be large, of similar lengths, not one short word alone.

    Args:
        text: one line, its words separated by blanks.
        width_of: returns the width of a text at the wanted size; widths are proportional to the size.
        room: the width that a line may have.
        most_lines: how many lines the height has room for at the wanted size.

    Returns:
        The lines, and the share of the wanted size at which they fit, at most 1.
    """
    units = _units(text)
    if not units or len(units) > MOST_UNITS or len(text) > MOST_CHARACTERS:
        return [text], 1.0
    widths = lru_cache(maxsize=None)(width_of)
    best, best_share, best_worth = [text], 1.0, 0.0
    for count in range(1, min(MOST_LINES, len(units)) + 1):
        lines = _broken(units, count, widths)
        # If there are more lines than the height has room for, they must be smaller.
        share = min(1.0, room / max(widths(line) for line in lines), most_lines / count)
        worth = share * FLAWED ** sum(_hangs(line) for line in lines[:-1])
        worth *= FLAWED if count > 1 and " " not in lines[-1] and " " in text else 1.0
        if worth * SMALLER > best_worth:
            best, best_share, best_worth = lines, share, worth
        if best_worth >= SMALLER:
            break
    return best, best_share


def _hangs(line: str) -> bool:
    """Tell whether a line ends with a word that belongs to the next one."""
    return line.rpartition(" ")[2].lower() in _CLINGING


def _units(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text that may not be broken, each with what is before it: a blank, or '' in Chinese."""
    units: list[tuple[str, str]] = []
    for word in text.split():
        pieces: list[str] = []
        for letter in word:
            alone = _is_wide(letter) or (bool(pieces) and _is_wide(pieces[-1][0]))
            if not pieces or (alone and letter not in _STOPS and not _joins(letter)):
                pieces.append(letter)
            else:
                pieces[-1] += letter
        # A dash stays with the word before it.
        if units and word in (_EN_DASH, _EM_DASH, "-", "&"):
            units[-1] = (units[-1][0] + " " + word, units[-1][1])
            continue
        units += [(piece, " " if place == 0 else "") for place, piece in enumerate(pieces)]
    return units


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF" and not "\uac00" <= letter <= "\ud7a3"


def _joins(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "M"


def _broken(units: list[tuple[str, str]], count: int, width_of: Width) -> list[str]:
    """Return the units in the `count` lines that cost least: those near the mean width, with good ends."""

    def line(first: int, end: int) -> str:
        return "".join((blank if place else "") + unit for place, (unit, blank) in enumerate(units[first:end]))

    n = len(units)
    mean = width_of(line(0, n)) / count

    def cost(first: int, end: int) -> float:
        words = line(first, end)
        price = (width_of(words) / mean - 1) ** 2
        if end < n and _hangs(words):
            price += _HANGING
        if end < n and words[-1] in (",", ";", ":", _EN_DASH, _EM_DASH):
            price -= _HANGING
        if end == n and count > 1 and end - first == 1 and n > 3:
            price += _HANGING
        return price

    least: list[list[tuple[float, int]]] = [[(0.0, 0)] + [(float("inf"), 0)] * n]
    for _ in range(count):
        row = [(float("inf"), 0)]
        for end in range(1, n + 1):
            row.append(min((least[-1][first][0] + cost(first, end), first) for first in range(end)))
        least.append(row)
    lines, end = [], n
    for row in reversed(least[1:]):
        first = row[end][1]
        lines.append(line(first, end))
        end = first
    return lines[::-1]
