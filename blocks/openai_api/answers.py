"""Read a language model's answer as it was meant: JSON, perhaps with fences, words around it or small slips. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from studio.text.strict_json import first_fault

ANSWER_CHARACTERS = 1_000_000
"""How much of an answer is read."""

FAULT_CHARACTERS = 600
"""The longest description of a fault that the model is given to repair its answer."""

BRACKETS = 20_000
"""The most opening brackets in an answer: the longest honest one, of 3600 shots, has a fifth of that.
Each makes an object, and hundreds of thousands keep a processor busy for seconds."""

ATTEMPTS = 20
"""How many brackets are tried as the beginning of the object; a text may be hostile."""

B = TypeVar("B", bound=BaseModel)


def read_answer(text: str, form: type[B]) -> B:
    """Find the JSON object in a model's answer that fits `form`, and return it.

    Accepted are fences and words around it, thoughts before it that end in `</think>`, trailing commas, line ends
    within strings, and a bare list if the form has only one list.

    Raises:
        ValueError: there is no such object; the message is for the model.
    """
    # A server's own template may hold the opening `<think>`: then the answer has only the closing one.
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
    """Yield the JSON objects and lists in a text, outermost first: first as written, then without trailing commas."""
    yield from _decoded(text)
    # A string without an end is matched, too: otherwise the search, repeated behind each of its quotes, takes hours.
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
