"""Handle the words of a text: as a set, without control characters, cut to one line. Pure."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")
"""Unicode's categories Cc, except tab and newline, and Cs."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, separated by spaces, as a set."""
    return frozenset(words.split())


_NOTHING = re.compile(
    r"\(?(?:none|null|n/a|n\.a|undefined|unknown|unspecified|not (?:specified|applicable|available))\)?|\(empty\)"
    r"|(?-i:NaN|nan|NA|na|nil|NIL)|\[\]|\{\}|\(\)|_|[-\u2013\u2014]{1,3}|\u2026",
    re.IGNORECASE,
)
"""A text that stands for no value, without full stops at its end. Nan, Na and Nil are names."""
_AROUND = " \t\n\r\"'`*_\u201c\u201d\u2018\u2019"


def means_nothing(text: str) -> bool:
    """Tell whether a whole text stands for no value, as programs and language models write it: 'None', 'N/A.', '-'.

    A text that has such a word among others means what it says: 'None of them came.'
    """
    if len(text) > 60:
        return False
    bare = text.strip(_AROUND).rstrip(f".!;,:{_AROUND}")
    return not bare or _NOTHING.fullmatch(bare) is not None


def clean_text(text: str) -> str:
    """Return `text` without control characters and lone surrogates; line ends become newlines, tabs stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return _CONTROL.sub("", lines)


def one_line(text: str, characters: int | None = None) -> str:
    """Return `text` as one line with single spaces, cut at a word's end to at most `characters`."""
    line = " ".join(clean_text(text).split())
    if characters is None or len(line) <= characters:
        return line
    cut = line[: characters - 1]
    spaced = cut.rsplit(" ", 1)[0]
    return (spaced if len(spaced) > characters // 2 else cut).rstrip(" ,;:-") + "…"
