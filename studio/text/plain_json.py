"""Read JSON from anywhere, safely: with limits on its depth and its number of parts, and without NaN and Infinity.

Light: it imports no model. `studio/text/strict_json.py` builds on it and reads a person's plans, with line and column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import accumulate
from typing import NoReturn, TypeVar

T = TypeVar("T")

DEEPEST = 64
"""How deep lists and objects may be nested: eight times as deep as any file of this program."""
MOST_PARTS = 1_000_000
"""Most brackets, commas and colons outside texts: 3600 shots of 20 keys have a fifth of that. Lists and objects take
most memory, 100 bytes a mark (CPython 3.11, `sys.getsizeof`)."""

_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_MARKS = "[{,:"
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_BRACKETS = re.compile(r"[^\[\]{}]+")


class NotJson(ValueError):
    """The text is not JSON; the message gives line and reason."""


def no_constant(name: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity, which JSON does not have (RFC 8259, section 6)."""
    raise NotJson(f"{name} is not a JSON number")


_LIGHT = json.JSONDecoder(parse_constant=no_constant)


def read_plainly(content: str | bytes, most_parts: int = MOST_PARTS) -> object:
    """Return the value of a JSON text; bytes are UTF-8. If a key occurs twice, the last one counts.

    A lone surrogate is kept as it is: other programs write some.

    Args:
        most_parts: as `decoded`.

    Raises:
        NotJson: as `decoded`, or it is not UTF-8.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"it is not UTF-8 at byte {error.start}") from error
    return decoded(text, _LIGHT.decode, most_parts)


def decoded(text: str, decode: Callable[[str], T], most_parts: int = MOST_PARTS) -> T:
    """Return the value that `decode` finds in a JSON text; a byte order mark is skipped.

    Args:
        most_parts: most brackets, commas and colons outside texts.

    Raises:
        NotJson: the text does not parse, nests deeper than `DEEPEST`, has more than `most_parts` parts, or holds NaN,
            Infinity, or a number of more digits than Python reads (4300).
    """
    text = text.removeprefix("\ufeff")
    # A shorter text cannot have more parts.
    if text.count("[") + text.count("{") > DEEPEST or len(text) > most_parts:
        _check_bounds(text, most_parts)
    try:
        return decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except NotJson:
        raise
    except RecursionError as error:
        raise NotJson("it nests too deep") from error
    except ValueError as error:
        raise NotJson("it holds a number too long to read") from error


def _check_bounds(text: str, most_parts: int) -> None:
    bare = _TEXT.sub("", text)
    if sum(bare.count(mark) for mark in _MARKS) > most_parts:
        raise NotJson(f"it has more than {most_parts:,} parts")
    # A text with one closing bracket too many does not parse, so the rest does not matter.
    for depth in accumulate(_STEPS[bracket] for bracket in _BRACKETS.sub("", bare)):
        if depth > DEEPEST:
            raise NotJson(f"it nests deeper than {DEEPEST}")
        if depth < 0:
            return
