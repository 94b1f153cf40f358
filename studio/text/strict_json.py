"""Read JSON that a person may have edited, with errors that help the person: line, place, reason.

Used by `studio/planning/plan_files.py` and `studio/input/prompts_file.py`; both turn `NotJson` into their own error.
"""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from studio.text.plain_json import NotJson, decoded, no_constant
from studio.text.wrong_values import wrong_values

__all__ = ["NotJson", "first_fault", "item_lines", "read_json", "read_model"]

N = TypeVar("N", bound=BaseModel)

_SPACE = " \t\n\r"


def _once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    names: dict[str, JsonValue] = {}
    for name, value in pairs:
        if name in names:
            raise NotJson(f"the key {name!r} occurs twice in one object")
        names[name] = value
    return names


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=no_constant)


def read_json(text: str) -> JsonValue:
    """Return the value of `text`; a byte order mark is skipped.

    Raises:
        NotJson: as `plain_json.decoded`, or the text names a key twice.
    """
    value: JsonValue = decoded(text, _DECODER.decode)
    return value


def item_lines(text: str) -> tuple[int, ...]:
    """Return the line, from 1, where each item of a JSON list begins; `read_json(text)` must have returned a list."""
    text = text.removeprefix("\ufeff")
    lines: list[int] = []
    line, seen = 1, 0
    at = _skip(text, text.index("[") + 1)
    while text[at] != "]":
        line += text.count("\n", seen, at)
        seen = at
        lines.append(line)
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return tuple(lines)


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def read_model(model: type[N], value: JsonValue) -> N:
    """Return this value as a `model`, with strict types: `"5"` and `true` are not numbers.

    Raises:
        pydantic.ValidationError: `first_fault` gives the field and the reason.
    """
    return model.model_validate_json(json.dumps(value), strict=True)


def first_fault(error: ValidationError, form: type[BaseModel] | None = None) -> str:
    """Return the first fault in one line: where it is, what is wrong, and what was found there.

    Args:
        form: what was validated, whose limits are then told.
    """
    first = wrong_values(error, form)[0]
    named = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first.place)
    where = "".join(c if c.isprintable() else " " for c in named)[:80]
    if first.kind == "json_invalid":
        return f"it {first.reason}"
    if first.kind in ("extra_forbidden", "missing"):
        return f"{where}: {first.reason}"
    found = json.dumps(first.found) if first.found is None or isinstance(first.found, bool) else repr(first.found)
    return (
        f"{f'{where}: ' if where else 'it '}{first.reason}, found {found if len(found) <= 60 else found[:57] + '...'}"
    )
