"""Recognise the names of columns and keys as people write them: 'Shot Seconds', 'shot-seconds', 'shotSeconds'."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from studio.errors import BadInput

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_BETWEEN = re.compile(r"[\s_*-]")


def known_key(written: object, known: Iterable[str]) -> str:
    """Return the one of `known` that is meant, '' if none is: case and what parts the words do not matter."""
    return _by_squeezed(tuple(known)).get(_squeezed(written), "")


def with_known_keys(item: Mapping[K, V], known: Iterable[str]) -> dict[str, V]:
    """Return the item under the names of `known` that its keys mean; a key that means none stays as it is written.

    Raises:
        BadInput: two of its keys mean the same; the message names both.
    """
    names = tuple(known)
    found: dict[str, V] = {}
    written: dict[str, str] = {}
    for key, value in item.items():
        name = known_key(key, names) or str(key)
        if name in found:
            raise BadInput(f"the keys {written[name]!r} and {str(key)!r} are the same: leave one out")
        found[name], written[name] = value, str(key)
    return found


@lru_cache(maxsize=16)
def _by_squeezed(known: tuple[str, ...]) -> dict[str, str]:
    return {_squeezed(name): name for name in known}


def _squeezed(written: object) -> str:
    return _BETWEEN.sub("", written).lower() if isinstance(written, str) else ""
