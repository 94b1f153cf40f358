"""Read a language model's answer as a person would: JSON with words around it, in a wrapper, or broken. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from blocks.answers.loose_json import loose_json
from blocks.openai_api.fitting import fitted
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

MENDED = 3
"""How many parts of an answer are tried as broken JSON."""

REFUSAL_CHARACTERS = 1_500
"""The longest answer that can be a refusal in words."""

B = TypeVar("B", bound=BaseModel)


class Told(NamedTuple, Generic[B]):
    """What an answer says, in the form asked for."""

    form: B
    cut_off: bool = False
    """Whether the answer ends before its object does: then its last entries are missing."""


def read_answer(text: str, form: type[B]) -> B:
    """Return the object in a model's answer that fits `form`; see `read_told`."""
    return read_told(text, form).form


def read_told(text: str, form: type[B]) -> Told[B]:
    """Find the JSON object in a model's answer that fits `form`, and return it.

    First an object is looked for that has the form exactly, then one that has it in a wrapper, with other names of its
    keys, or without some of them (`blocks/openai_api/fitting.py`), and at last one that is broken
    (`blocks/answers/loose_json.py`). Thoughts that end in `</think>`, channels, fences and words around it are left
    out. Of an answer that was cut off, the entries that are whole are returned.

    Raises:
        ValueError: there is no such object; the message is for the model.
    """
    text = text[:ANSWER_CHARACTERS]
    if text.count("[") + text.count("{") > BRACKETS:
        raise ValueError(f"it has more than {BRACKETS:,} brackets: give one short JSON object")
    fault = "it holds no JSON object"
    parts = _parts(text)
    for part in parts:
        for value in _values(part):
            try:
                return Told(form.model_validate(_wrapped(value, form)))
            except ValidationError as error:
                fault = first_fault(error, form)
    pieces: list[B] = []
    for part in parts:
        begin = _BEGIN.search(part)
        for at, value in _decoded(part):
            whole = begin is not None and at == begin.start()
            if (found := _formed(value, form, whole)) is not None:
                if whole:
                    return Told(found)
                pieces.append(found)
    told = [Told(piece) for piece in pieces]
    told += [mended for part in parts[:MENDED] if (mended := _mended(part, form)) is not None]
    if told:
        # A piece of a broken object says less than the object; of equals the first one counts.
        return max(told, key=lambda each: len(json.dumps(each.form.model_dump())))
    raise ValueError(fault[:FAULT_CHARACTERS])


def ends_early(text: str) -> bool:
    """Tell whether a text ends before the first object or list in it does."""
    text = _parts(text[:ANSWER_CHARACTERS])[0]
    begin = _BEGIN.search(text)
    return begin is not None and _depth(text[begin.start() :]) > 0


def refusal_in(text: str) -> str:
    """Return the words in which a model refuses to answer, '' if it does not: without JSON, 'I cannot' or the like."""
    bare = text.strip()
    if len(bare) > REFUSAL_CHARACTERS or _BEGIN.search(bare):
        return ""
    found = _REFUSAL.search(bare[:400])
    return " ".join(bare.split())[:300] if found else ""


def _parts(text: str) -> list[str]:
    """Return the parts of an answer in which to look for the object: the likeliest first, the whole last.

    A server's own template may hold the opening `<think>`: then the answer has only the closing one. A narration may
    hold `</think>`, too.
    """
    parts = [text.rpartition("</think>")[2]]
    if "<|" in text:
        final = text.rpartition("<|channel|>final")[2].rpartition("<|message|>")[2]
        parts.insert(0, re.split(r"<\|(?:end|return|start|call|im_end|eot_id)\|>", final, maxsplit=1)[0])
    if "</think>" in text:
        parts += [text.partition("</think>")[2], text]
    elif parts[0] != text:
        parts.append(text)
    return list(dict.fromkeys(parts))


def _formed(value: JsonValue, form: type[B], whole: bool) -> B | None:
    held = fitted(value, form, whole)
    if held is None:
        return None
    try:
        return form.model_validate(held)
    except ValidationError:
        return None


def _mended(text: str, form: type[B]) -> Told[B] | None:
    begin = _BEGIN.search(text)
    if begin is None:
        return None
    begun = text[begin.start() :].rstrip().removesuffix("```").rstrip()
    open_ = _depth(begun) > 0
    # What stands behind the last bracket of a cut-off answer is the rest of an entry, or words. If nothing does, only
    # the brackets at the end were forgotten.
    rest = begun[max(begun.rfind("}"), begun.rfind("]"), 0) + 1 :]
    for tried in dict.fromkeys((begun,) if open_ else (begun, begun[: len(begun) - len(rest)])):
        try:
            value = loose_json(_straightened(tried))
        except ValueError:
            continue
        held = fitted(value, form, whole=not open_)
        if held is None:
            continue
        if open_ and '"' in rest and tried is begun:
            lists = (name for name in reversed(form.model_fields) if isinstance(held.get(name), list))
            last = next((name for name in lists if held[name]), "")
            if last:
                held[last] = held[last][:-1]
        try:
            found = form.model_validate(held)
        except ValidationError:
            continue
        if any(value for value in held.values() if isinstance(value, list)):
            return Told(found, open_ and bool(rest.strip()))
    return None


def _straightened(text: str) -> str:
    """Return the text with straight quotes where curly ones stand in for them, beside a bracket, a colon or a comma."""
    if not any(quote in text for quote in "\u201c\u201d\u201e\u00ab\u00bb"):
        return text
    if text.count('"') > text.count("\u201c") + text.count("\u201d") + text.count("\u201e"):
        return text
    text = re.sub(r"([{\[,:]\s{0,20})[\u201c\u201d\u201e\u00ab]", r'\1"', text)
    return re.sub(r"[\u201c\u201d\u00bb](?=\s{0,20}[}\],:])", '"', text)


def _depth(text: str) -> int:
    """Return how many brackets are open at the end of a text, outside of strings, from its first bracket on."""
    depth, at, quoted = 0, 0, False
    for found in _STEPS.finditer(text):
        sign = found[0]
        if sign[0] == "\\":
            continue
        if sign == '"':
            quoted = not quoted
        elif not quoted:
            depth += 1 if sign in "[{" else -1
            if depth <= 0:
                return 0
        at = found.end()
    return depth if at else 0


def _wrapped(value: JsonValue, form: type[BaseModel]) -> JsonValue:
    names = list(form.model_fields)
    return {names[0]: value} if isinstance(value, list) and len(names) == 1 else value


def _values(text: str) -> Iterator[JsonValue]:
    """Yield the JSON objects and lists in a text, outermost first: first as written, then without trailing commas."""
    yield from (value for _, value in _decoded(text))
    # A string without an end is matched, too: otherwise the search, repeated behind each of its quotes, takes hours.
    mended = re.sub(r'("(?:\\.|[^"\\])*"?)|,(?=\s*[}\]])', lambda found: found.group(1) or "", text, flags=re.DOTALL)
    if mended != text:
        yield from (value for _, value in _decoded(mended))


def _decoded(text: str) -> Iterator[tuple[int, JsonValue]]:
    """Yield (where it begins, the value) of the JSON objects and lists in a text, outermost first."""
    at, attempts = 0, 0
    while attempts < ATTEMPTS and (begin := _BEGIN.search(text, at)):
        attempts += 1
        try:
            value, at = _DECODER.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            at = begin.end()
            continue
        yield begin.start(), value


def _no_number(name: str) -> JsonValue:
    raise ValueError(f"{name} is no JSON number")


_BEGIN = re.compile(r"[\[{]")
_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_number)
_STEPS = re.compile(r'\\\\.|["\[\]{}]', re.DOTALL)
_REFUSAL = re.compile(
    r"\bI(?:['\u2019]m| am)?(?: really| very| so)? (?:sorry|afraid|unable|not able|not allowed|not going to)\b"
    r"|\bI (?:apologi[sz]e|can(?:['\u2019]t|not| not)|won['\u2019]t|will not|must (?:decline|refuse)|have to decline)\b"
    r"|\b(?:my )?apologies\b|\bI decline\b"
    r"|\b(?:this|the|your) (?:request|prompt|content|idea)\b[^.]{0,60}\b(?:violates|against|not allowed)\b",
    re.IGNORECASE,
)
