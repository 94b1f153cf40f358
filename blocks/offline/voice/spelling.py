# ruff: noqa: RUF001 - look-alike signs are meant, not mistaken
"""Spells out what is not written as it is said: abbreviations, Roman numerals, units, signs, addresses.

The voice gets letters and punctuation only. Each written word keeps its place, however many words are said for it. The
tables of titles, abbreviations and words beside Roman numerals are those of the voice's own package.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hibari.g2p.normalize import ABBREV, MONTH_NAMES, ROMAN_CARDINAL, ROMAN_ORDINAL, TITLES

from blocks.offline.voice.numerals import SCALES, currency_of, ordinal, plain, read_number, unit_after
from studio.text.words import word_set

_LEAD = "\"'“‘«([{¿¡"
_TAIL = "\"'”’»)]},.;:!?…"
_TITLES = {**TITLES, "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus"}
_ALWAYS = {
    **{short.rstrip("."): word for short, word in ABBREV.items()},
    "e.g": "for example",
    "i.e": "that is",
    "etc": "et cetera",
    "ca": "circa",
    "al": "al",
    "St": "Street",
    "Dr": "Drive",
    "Hz": "hertz",
    "ft": "feet",
    "approx": "approximately",
    "c.f": "compare",
}
_BEFORE_NUMBER = word_set(
    "no No nos Nos vol Vol fig Fig ch Ch p pp ed eds est c ca Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)
_WORDS_TOO = word_set("Sun Sat Mon Wed Fri Mar ed")
"""Abbreviations that are also words or names: spelled out only where a comma or a number follows."""
_MONTHS = word_set("Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec")
_NUMBERED = {"p": "page", "c": "circa", "No": "number", "Nos": "numbers", "no": "number", "nos": "numbers"}
_ALONE = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "×": "times",
    "÷": "divided by",
    "→": "to",
    "±": "plus or minus",
    "≈": "about",
    "<": "less than",
    ">": "more than",
    "%": "percent",
    "@": "at",
    "°": "degrees",
    "§": "section",
    "°C": "degrees Celsius",
    "°F": "degrees Fahrenheit",
    "w/": "with",
    "w/o": "without",
    "C++": "C plus plus",
    "C#": "C sharp",
    "F#": "F sharp",
    "c/o": "care of",
    "n/a": "not applicable",
    "N/A": "not applicable",
}
_DASHES = re.compile(r"[-–—―−]+")
_METRIC = word_set("km kg cm mm km/h mph kph kWh kW GHz MHz kHz GB MB TB km² m²")
_ROMAN = re.compile(r"(?=[IVXLC])(?:X{0,3}|X?L|LX{1,3})(?:IX|IV|V?I{0,3})", re.ASCII)
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_CHAPTERS = frozenset(ROMAN_CARDINAL) | {"War", "Bowl", "Fantasy", "Canto", "Rule", "Figure", "Table", "Title"}
_RULERS = frozenset(word for name in ROMAN_ORDINAL for word in name.split())
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_DOTTED = re.compile(r"[^\W_][\w-]+(?:\.[a-z][\w-]*)+")
_VOICED = re.compile(r"[^\w\s.,;:!?…—'\"‘’“”()-]|[\d_]")


def spelled(words: Sequence[str]) -> tuple[str, ...]:
    """Spell out the words of a line.

    Args:
        words: without markup; each may contain spaces or be empty.

    Returns:
        What is said for each word, in order: only letters, spaces, punctuation, apostrophes, hyphens; '' for nothing.
    """
    pieces = [piece for word in words for piece in word.split()]
    said = iter(
        [
            _said(piece, pieces[max(0, place - 2) : place], pieces[place + 1 : place + 2])
            for place, piece in enumerate(pieces)
        ]
    )
    return tuple(" ".join(filter(None, (next(said) for _ in word.split()))) for word in words)


def _said(piece: str, before: Sequence[str], after: Sequence[str]) -> str:
    lead, core, tail = _parts(piece)
    last, following = (before[-1] if before else ""), (after[0] if after else "")
    if _DASHES.fullmatch(piece):
        return "—"
    told, dot = _of_number(core, last, following), True
    if not told:
        told, dot = _short(core, tail, before, following)
    if not told:
        told, dot = _roman(core, last) or _sign(core) or _joined(core), True
    if (not dot and following) or told.endswith(".") or (told != core and following[:1].islower()):
        tail = tail.removeprefix(".")
    letters = "".join(" " if c.isdigit() else c for c in _VOICED.sub(" ", lead + told))
    voiced = " ".join(letters.split()) + tail
    return voiced if any(c.isalpha() for c in told) else ""


def _parts(piece: str) -> tuple[str, str, str]:
    """Split a word into the marks before it, the word, and the marks after it; "'90s" keeps its apostrophe."""
    core = piece.lstrip(_LEAD)
    if core[:1].isdecimal() and piece[: len(piece) - len(core)].endswith(("'", "’", "‘")):
        core = "'" + core
    lead = piece[: len(piece) - len(core)]
    bare = core.rstrip(_TAIL)
    return lead.strip("[]{}«'‘’"), bare, core[len(bare) :].translate(_PLAIN_STOPS)


_PLAIN_STOPS = str.maketrans("", "", "[]{}»")


def _of_number(core: str, last: str, following: str) -> str:
    """Spell a number, or the unit, currency, fraction or 'am' that belongs to the number before it; '' for others."""
    number = _parts(last)[1]
    if number[-1:].isdecimal():
        whole = number.lstrip("-−+~")
        if core in SCALES and (currency := currency_of(number)):
            return f"{core} {currency}"
        if core[:1].isdecimal() and re.fullmatch(r"\d/\d", core) and whole.isdecimal():
            fraction = read_number(core)
            return "and " + (fraction.replace("one ", "a ", 1) if fraction.startswith("one ") else fraction)
        if core.lower() in ("am", "pm"):
            return f"{core[0].upper()}.M."
        if core and (unit := unit_after(core, whole)):
            return unit
    if not any(c.isdecimal() for c in core):
        return ""
    ahead = _parts(following)[1]
    if re.fullmatch(r"\d{1,2}:00", core) and re.fullmatch(r"[ap]\.?m", ahead.lower()):
        return plain(core[:-3])
    if core.isdecimal() and (
        unit_after(ahead, core) or ahead in ("percent", "meters", "people", "men", "miles", "years")
    ):
        return plain(core)
    if ahead in SCALES and currency_of(core):
        return plain(re.sub(r"[^\d.,]", "", core))
    if core.isdecimal() and _parts(last)[1].rstrip(".") in _MONTHS | set(MONTH_NAMES) and len(core) < 3:
        return ordinal(int(core))
    return read_number(core)


def _short(core: str, tail: str, before: Sequence[str], following: str) -> tuple[str, bool]:
    """Return an abbreviation spelled out, and whether its full stop stays; ('', True) where it is no abbreviation."""
    name, numbered = following.lstrip(_LEAD)[:1].isupper(), following.lstrip(_LEAD + "#$-")[:1].isdecimal()
    dotted = tail.startswith(".") or core in ("vs", "aka", "AKA") or (core in _TITLES and name and core != "Hon")
    if not dotted or core in ("am", "pm"):
        return (unit_after(core, "2"), True) if core in _METRIC else ("", True)
    last = before[-1] if before else ""
    within = last[:1].isupper() and last[-1:] not in ".!?" and len(before) > 1
    if core in _TITLES and name and not (core in ("St", "Dr", "Ft", "Mt") and within and core != "Mt"):
        return _TITLES[core], False
    if core in _BEFORE_NUMBER:
        if not numbered and not (core in _MONTHS and last[-1:].isdecimal() and core not in _WORDS_TOO):
            return "", True
        return _NUMBERED.get(core) or _ALWAYS[core], False
    if core in _WORDS_TOO and not tail.startswith(".,") and not numbered:
        return "", True
    if core in ("St", "Dr") and not last[:1].isupper():
        return _TITLES[core], False
    return _ALWAYS.get(core, ""), False


def _roman(core: str, last: str) -> str:
    """Read a Roman numeral as a number ('Chapter IV'), or after a ruler's name as 'the eighth'; '' where it is none."""
    numeral, owned = core.removesuffix("'s").removesuffix("’s"), core.endswith(("'s", "’s"))
    if not numeral or not _ROMAN.fullmatch(numeral):
        return ""
    known = last in _CHAPTERS or last in _RULERS
    if not known and (len(numeral) == 1 or set(numeral) - set("IVX")):
        return ""
    each = [_ROMAN_DIGITS[letter] for letter in numeral]
    value = sum(-one if one < next_ else one for one, next_ in zip(each, [*each[1:], 0], strict=True))
    told = f"the {ordinal(value)}" if last in _RULERS else plain(str(value))
    return told + "'s" * owned


def _sign(core: str) -> str:
    """Read a sign that stands alone, an address or a hashtag; '' for any other word."""
    if core in _ALONE:
        return _ALONE[core]
    if _EMAIL.fullmatch(core):
        user, _, host = core.partition("@")
        return f"{re.sub(r'[._+-]+', ' dot ', user)} at {_domain(host)}"
    if _DOTTED.fullmatch(core):
        return _domain(core)
    if core.startswith("#") and core[1:].isalpha():
        return f"hashtag {core[1:]}"
    return ""


def _domain(host: str) -> str:
    return " dot ".join(part.replace("-", " ") for part in host.split("."))


_JOINTS = (
    ("&", " and "),
    ("+", " plus "),
    ("=", " equals "),
    ("@", " at "),
    ("×", " times "),
    ("*", " times "),
    ("%", " percent "),
    ("°", " degrees "),
    ("/", " "),
    ("—", " — "),
    ("–", " — "),
    ("--", " — "),
    ("#", " "),
)


def _joined(core: str) -> str:
    """Separate words that a sign joins: 'and/or', 'R&D'; a hyphen between letters stays."""
    for sign, word in _JOINTS:
        core = core.replace(sign, word)
    return " ".join(core.split())
