"""JSON in a vendor's answer: how much one can need to hold, and reading no more than that. Pure."""

from __future__ import annotations

import json

from pydantic import JsonValue

from blocks.answers.picture_answers import PICTURE_BYTES

TEXT_BYTES = 8 * 2**20
"""A million characters of an answer are read (`blocks.openai_api.answers.ANSWER_CHARACTERS`), six bytes each where they
are escaped as \\uXXXX (RFC 8259, section 7); the rest is for what a model thought before it."""

PAINTED_BYTES = PICTURE_BYTES * 4 // 3 + 2**20
"""A picture in base64 (RFC 4648, section 4), and what is said beside it."""

MARKS = 500_000
"""Most brackets, commas and colons, in texts or between values: half of the characters that are read. Of what they can
part, a list or an object with one name takes most: 100 bytes a mark (CPython 3.11, `sys.getsizeof`)."""


def json_in(content: bytes) -> JsonValue:
    """Return the value that an answer holds. It costs less than ten times `TEXT_BYTES`, and twice `content`.

    Raises:
        ValueError: it is no JSON, or has more parts than an answer can need.
    """
    if sum(content.count(mark) for mark in (b"[", b"{", b",", b":")) > MARKS:
        raise ValueError(f"it has more than {MARKS:,} parts")
    # So much is a picture in base64. One letter of another kind would make each of its letters take four bytes.
    text = content if len(content) <= TEXT_BYTES else content.decode("ascii", "ignore")
    try:
        value: JsonValue = json.loads(text)
    except RecursionError as error:
        raise ValueError("it nests too deep") from error
    return value
