"""A setting: somewhere a story can play, what is seen there and what may be said over it. The settings themselves are
`wilds.py` and `settings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """A world to tell in: `words` call for it; `places` are near, far and deep; `openings` are spoken over them.

    `sights` are things that may be seen in any such place, `trials` are said of it where a story is at its hardest, and
    `rough` is the weather then, '' where there is none. `details` are said where such a place is seen from near.
    """

    name: str
    words: frozenset[str]
    places: tuple[str, str, str]
    sights: tuple[str, ...]
    rough: tuple[str, ...]
    openings: tuple[Lines, ...]
    trials: tuple[Lines, ...]
    details: tuple[Lines, ...] = ()
