"""Spell the name of a key or column as people do: in any case, its words parted by anything or nothing."""

from __future__ import annotations

import random


def spelled(draw: random.Random, name: str, than: str | None = None) -> str:
    """Return a spelling of a name such as 'shot_seconds', another one `than`: 'Shot Seconds', 'shotSeconds'."""
    while True:
        words = [draw.choice((str, str.upper, str.title))(word) for word in name.split("_")]
        text = draw.choice(("_", " ", "-", "  ", "")).join(words)
        if draw.random() < 0.2:
            text = "".join(draw.choice((letter.lower(), letter.upper())) for letter in text)
        if text != than:
            return text
