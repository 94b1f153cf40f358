"""The fonts that are extras of this package: for which scripts they are, and which would draw what was not drawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from studio.lettering.fonts import drawable


@dataclass(frozen=True)
class Extra:
    """A font extra of `pyproject.toml`: what it draws, a sample letter, and how Unicode's names of them begin."""

    name: str
    draws: str
    letter: str
    begins: tuple[str, ...]


EXTRAS = (
    Extra("cjk", "Chinese, Japanese, Korean", "\u6620", ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ", "BOPOMOFO ")),
    Extra("arabic", "Arabic", "\u0641", ("ARABIC ",)),
    Extra("thai", "Thai", "\u0e19", ("THAI ",)),
)


def lacking_extras() -> tuple[Extra, ...]:
    """Return the extras whose letters no installed font can show."""
    return tuple(extra for extra in EXTRAS if drawable(extra.letter)[1])


def remedy_for(words: Iterable[str]) -> str:
    """Return the command that installs the fonts for words that were not drawn; '' if no extra has them."""
    begins = {unicodedata.name(letter, "") for letter in "".join(words)}
    # First the words: to look for a font takes longer, and nearly every clip has all its words.
    asked = [extra for extra in EXTRAS if any(name.startswith(extra.begins) for name in begins)]
    wanted = [extra.name for extra in asked if drawable(extra.letter)[1]]
    return install(wanted) if wanted else ""


def install(names: Iterable[str]) -> str:
    """Return the command that installs extras."""
    return f".venv/bin/python -m pip install -e '.[{','.join(names)}]'"
