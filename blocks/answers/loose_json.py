"""Read JSON that is broken the way language models break it, within limits of length, depth and work. Pure.

The reading is that of the library json-repair (MIT): missing and wrong quotes, comments, Python's words, too many
or too few commas, a missing end. Its work grows with the square of what is wrong, so it is counted and stopped.
"""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

LOOSE_CHARACTERS = 150_000
"""The longest text that is read: an answer for thirty shots of the longest prompts has 90,000 characters."""
LOOSE_BRACKETS, LOOSE_DEPTH = 4_000, 24
"""The most opening brackets, and how deep they may nest; an honest answer has 200 of them and nests four deep."""
LOOSE_READS = 400_000
"""How often the library may look at a character: half a second of work; an honest answer takes a tenth of that."""


def loose_json(text: str) -> JsonValue:
    """Return the value that a text was meant to be; '' or a list of fragments if it is nothing like JSON.

    Raises:
        ValueError: it is longer, deeper or more broken than is read.
    """
    if len(text) > LOOSE_CHARACTERS or _is_steep(text):
        raise ValueError("it is too long or nests too deep to be mended")
    import json_repair

    try:
        value: JsonValue = json_repair.loads(_Counted(text), skip_json_loads=True)  # type: ignore[assignment]  # no logs
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        raise ValueError("it cannot be mended") from error
    return value


def _is_steep(text: str) -> bool:
    depth = opened = 0
    for character in text:
        if character in "[{(":
            depth, opened = depth + 1, opened + 1
            if depth > LOOSE_DEPTH or opened > LOOSE_BRACKETS:
                return True
        elif character in "]})":
            depth = max(0, depth - 1)
    return False


class _Counted(str):
    """A text that counts how often it is looked at, and ends the reading when that is too often."""

    reads: list[int]

    def __new__(cls, text: str, reads: list[int] | None = None) -> _Counted:
        made = super().__new__(cls, text)
        made.reads = [0] if reads is None else reads
        return made

    def __getitem__(self, key: Any) -> str:
        found = super().__getitem__(key)
        # A slice is copied: so many of its characters take as long as one look.
        self.reads[0] += 1 + len(found) // 64
        if self.reads[0] > LOOSE_READS:
            raise ValueError("it is too broken to be mended")
        # The library cuts and joins the text as it mends; what it goes on with is counted, too.
        return _Counted(found, self.reads) if isinstance(key, slice) and len(found) > 1_000 else found

    def __add__(self, other: str) -> _Counted:
        return _Counted(str.__add__(self, other), self.reads)

    def __radd__(self, other: str) -> _Counted:
        return _Counted(str.__add__(other, self), self.reads)
