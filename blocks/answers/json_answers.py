"""Parse JSON in a vendor's answer, and no more of it than an answer can need. Pure."""

from __future__ import annotations

import json

from pydantic import JsonValue

from blocks.answers.picture_answers import PICTURE_BYTES

TEXT_BYTES = 8 * 2**20
"""The largest answer of text, in bytes. A million of its characters are read
(`blocks.openai_api.answers.ANSWER_CHARACTERS`), six bytes each if escaped as \\uXXXX (RFC 8259, section 7); the rest is
for what a model thought before it."""

PAINTED_BYTES = PICTURE_BYTES * 4 // 3 + 2**20
"""The largest answer with a picture, in bytes: the picture in base64 (RFC 4648, section 4), and what is beside it."""

MARKS = 500_000
"""The most brackets, commas and colons, inside texts or between values: half of the characters that are read. Of what
they can separate, a list or an object with one name takes most memory: 100 bytes per mark (CPython 3.11,
`sys.getsizeof`)."""


def json_in(content: bytes) -> JsonValue:
    """Parse an answer's JSON and return its value. It takes less memory than ten `TEXT_BYTES` and twice `content`.

    Raises:
        ValueError: it is not JSON, or has more parts than an answer can need.
    """
    if sum(content.count(mark) for mark in (b"[", b"{", b",", b":")) > MARKS:
        raise ValueError(f"it has more than {MARKS:,} parts")
    # Only a picture in base64 is so large. One character beyond ASCII would make each character take four bytes.
    text = content if len(content) <= TEXT_BYTES else content.decode("ascii", "ignore")
    try:
        value: JsonValue = json.loads(text)
    except RecursionError as error:
        raise ValueError("it nests too deep") from error
    return value
