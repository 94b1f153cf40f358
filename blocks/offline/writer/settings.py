"""Where a story can play: places that the painter can draw, and sentences that are true of any such place.

The settings themselves are the files of `blocks/offline/data/writer/settings/`; `places.py` chooses among them and
words a location.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from blocks.offline.data_files import read_toml
from blocks.offline.writer.lines import Lines, lines_of
from studio.text.words import word_set


@dataclass(frozen=True)
class Setting:
    """A world for a story: the words that call for it, three places, what is seen there and what is said over it.

    `places` are near, far and deep; `openings` are spoken over them. `sights` are things that may be seen in any such
    place. `trials` are said where a story is at its hardest, and `rough` is the weather then, '' where there is none.
    `details` are said where the place is seen from near.
    """

    name: str
    words: frozenset[str]
    places: tuple[str, str, str]
    sights: tuple[str, ...]
    rough: tuple[str, ...]
    openings: tuple[Lines, ...]
    trials: tuple[Lines, ...]
    details: tuple[Lines, ...] = ()


def _variants(rows: Iterable[str]) -> tuple[Lines, ...]:
    return tuple(map(lines_of, rows))


_COMMON = read_toml("writer/settings/common.toml")


def _setting(
    name: str,
    words: str,
    places: list[str],
    sights: list[str],
    openings: list[str],
    trials: list[str] | str,
    rough: Iterable[str] = ("",),
    details: Iterable[str] = (),
) -> Setting:
    """Return the setting that a table of a file describes. A text as `trials` is the name of shared ones."""
    near, far, deep = places
    return Setting(
        name=name,
        words=word_set(words),
        places=(near, far, deep),
        sights=tuple(sights),
        rough=tuple(rough),
        openings=_variants(openings),
        trials=_variants(_COMMON["trials"][trials] if isinstance(trials, str) else trials),
        details=_variants(details),
    )


def _settings(file: dict[str, Any]) -> tuple[Setting, ...]:
    return tuple(_setting(**table) for table in file["setting"])


INTERIORS = _settings(read_toml("writer/settings/interiors.toml"))
"""Settings under a roof."""

SETTINGS = (
    *INTERIORS,
    *_settings(read_toml("writer/settings/outdoors.toml")),
    *_settings(read_toml("writer/settings/wilds.toml")),
    *_settings(_COMMON),
)

OPEN_COUNTRY = _setting(**_COMMON["open_country"])
"""The setting of a film that names none."""

EMPTY_OPENINGS = _variants(_COMMON["empty_openings"])
"""Lines over a place that the idea calls empty."""

QUIET_ROOM = next(setting for setting in SETTINGS if setting.name == "room")
"""The setting of a question that names none."""

KNOWN_WORDS = frozenset(word for setting in (*SETTINGS, OPEN_COUNTRY) for word in setting.words)
