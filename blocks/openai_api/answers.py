"""Reading a language model's answer as it was meant: JSON with fences, words around it and small slips. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from studio.text.strict_json import first_fault

ANSWER_CHARACTERS = 1_000_000
"""Longest answer that is read."""

FAULT_CHARACTERS = 600
"""How much of the fault is told in the repair."""

BRACKETS = 20_000
"""Most opening brackets of an answer that is read: the longest honest one, of 3600 shots, has a fifth.
Each makes an object, and hundreds of thousands hold a processor for seconds."""

ATTEMPTS = 20
"""So many brackets are tried as the beginning of the object; a text may be hostile."""

B = TypeVar("B", bound=BaseModel)


def read_answer(text: str, form: type[B]) -> B:
    """Return the object of `form` in a model's answer.

    Taken as meant: fences and words around it, thoughts before it that end in `</think>`, trailing commas, line ends
    within strings, a bare list where the form has one list only.

    Raises:
        ValueError: there is none; the message is for the model.
    """
    # A server's own template may hold the opening mark: then the answer has the closing one only.
    text = text[:ANSWER_CHARACTERS].rpartition("</think>")[2]
    if text.count("[") + text.count("{") > BRACKETS:
        raise ValueError(f"it has more than {BRACKETS:,} brackets: give one short JSON object")
    fault = "it holds no JSON object"
    for value in _values(text):
        try:
            return form.model_validate(_wrapped(value, form))
        except ValidationError as error:
            fault = first_fault(error)
    raise ValueError(fault[:FAULT_CHARACTERS])


def _wrapped(value: JsonValue, form: type[BaseModel]) -> JsonValue:
    names = list(form.model_fields)
    return {names[0]: value} if isinstance(value, list) and len(names) == 1 else value


def _values(text: str) -> Iterator[JsonValue]:
    """Give the JSON objects and lists in a text, outermost first: as they stand, then without trailing commas."""
    yield from _decoded(text)
    # A string without an end counts as one: looked for again behind each of its quotes, it would take hours.
    mended = re.sub(r'("(?:\\.|[^"\\])*"?)|,(?=\s*[}\]])', lambda found: found.group(1) or "", text, flags=re.DOTALL)
    if mended != text:
        yield from _decoded(mended)


def _decoded(text: str) -> Iterator[JsonValue]:
    at, attempts = 0, 0
    while attempts < ATTEMPTS and (begin := _BEGIN.search(text, at)):
        attempts += 1
        try:
            value, at = _DECODER.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            at = begin.end()
            continue
        yield value


def _no_number(name: str) -> JsonValue:
    raise ValueError(f"{name} is no JSON number")


_BEGIN = re.compile(r"[\[{]")
_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_number)
