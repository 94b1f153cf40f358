"""Format text for a person: without control codes, durations, sizes and amounts of money. Pure."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: Persian words and composed emoji need them."""


def printable(text: str) -> str:
    """Return the text on one line without anything that controls a terminal.

    White space of any kind becomes one space. Control characters, lone surrogates and private characters become U+FFFD;
    format characters (bidi overrides and isolates, soft hyphens, byte order marks) are removed, except the joiners.
    """
    if not text.isprintable():
        text = "".join(_shown(letter) for letter in text)
    return " ".join(text.split())


def _shown(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter in _JOINERS:
        return letter
    category = unicodedata.category(letter)
    if category in ("Cc", "Cs", "Co"):
        return "\ufffd"
    return "" if category == "Cf" else letter


def clock(seconds: float) -> str:
    """Return a duration as text: '8 s', '1:05 min', '2:00:10 h'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}:{rest:02d} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d} h"


def size(count: int) -> str:
    """Return a size in bytes as text: '812 B', '24.1 kB', '24.1 MB' (decimal units, as file managers show)."""
    if count < 1000:
        return f"{count} B"
    for unit, one in (("kB", 1e3), ("MB", 1e6)):
        if count < 999.95 * one:
            return f"{count / one:.1f} {unit}"
    return f"{count / 1e9:.1f} GB"


def dollars(usd: float) -> str:
    """Return an amount of US dollars as text: '$7.00', '$0.0462'; an amount above 0 never looks like 0."""
    # Less than a trillionth is a rounding error of adding floats.
    if usd >= 1 or usd < 1e-12 or (usd > 0.005 and abs(usd - round(usd, 2)) < 5e-7):
        return f"${usd:.2f}"
    return f"${usd:.4f}" if usd >= 0.00005 else "under $0.0001"
