"""Handle the words of a text: as a set, without control characters, cut to one line. Pure."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")
"""Unicode's categories Cc, except tab and newline, and Cs."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, separated by spaces, as a set."""
    return frozenset(words.split())


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
