"""Bring the JSON that a language model wrote into the form that was asked for, as a person would read it. Pure.

A form is recognised by its lists: an object without any of them is not the form, whatever else it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, JsonValue

from blocks.answers.json_answers import json_in

NESTED = 3
"""How many objects deep the form is looked for in a wrapper such as {"response": {"story": {...}}}."""
NUMBER_DIGITS = 6
"""The longest number that is read from words such as 'Shot 12'."""

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "index": ("shot", "shotindex", "shotnumber", "shotid", "number", "no", "id"),
    "scene": ("scenenumber", "sceneindex", "sceneid", "number", "no", "index", "id"),
    "image_prompt": ("prompt", "image", "imagedescription", "description"),
    "motion_prompt": ("motion", "movement", "motiondescription"),
    "camera": ("cameramove", "cameramovement", "move"),
    "look": ("description", "appearance", "visualdescription"),
    "narration": ("narrator", "voiceover", "voice", "line", "text"),
    "characters": ("character", "cast", "people"),
    "location": ("place", "setting"),
    "action": ("description", "event"),
    "id": ("character", "node"),
    "name": ("prop", "title"),
    "looks": ("characters", "descriptions"),
    "title": ("name",),
}
"""What models call a key instead, by the name in the form; letters and digits only, in lower case."""

_NAMES = ("name", "character", "id", "text", "content", "description", "value", "en")
"""Which value stands for an object where a text was asked for: the first of these that it has."""

Named = dict[str, Any]


def fitted(value: JsonValue, form: type[BaseModel], whole: bool = True, depth: int = 0) -> Named | None:
    """Return the values of `form` that `value` holds; None if it is not that form, nor holds it.

    Args:
        value: any JSON: the form, a wrapper around it, a bare list of its entries.
        whole: whether it is all that was answered; then it may be a single entry, too.
    """
    if isinstance(value, str):
        value = _decoded(value)
    if isinstance(value, list):
        return _of_list(value, form, whole, depth)
    if not isinstance(value, dict):
        return None
    named = _named(value, form)
    lists = _lists(form)
    found = {name: _entries(named[name], entry) for name, entry in lists.items() if name in named}
    if any(entries or entries == named[name] for name, entries in found.items()):
        told = {name: text_of(named[name], name) for name in form.model_fields if name in named and name not in lists}
        for inner in value.values():
            if isinstance(inner, dict):
                more = _named(inner, form)
                told = {n: text_of(more[n], n) for n in form.model_fields if n in more and n not in lists} | told
        return {name: told.get(name, "") for name in form.model_fields if name not in lists} | {
            name: found.get(name, []) for name in lists
        }
    if depth < NESTED:
        for inner in value.values():
            if isinstance(inner, dict | list | str) and (held := fitted(inner, form, False, depth + 1)):
                outer = {n: text_of(named[n], n) for n in held if n in named and n not in lists and not held[n]}
                return held | outer
    if whole and len(lists) == 1:
        ((name, entry),) = lists.items()
        if _is_entry(value, entry):
            return fitted({name: [value]}, form, False, depth + 1)
    return None


def _of_list(value: list[JsonValue], form: type[BaseModel], whole: bool, depth: int) -> Named | None:
    for name, entry in [*_lists(form).items()][:1]:
        if value and all(isinstance(each, dict) and _is_entry(each, entry) for each in value):
            return fitted({name: value}, form, False, depth + 1)
    if depth < NESTED:
        for each in value[:20]:
            if isinstance(each, dict | list) and (found := fitted(each, form, False, depth + 1)):
                return found
    return None


def _lists(form: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the lists of a form, by name, with the form of their entries."""
    fields = form.model_fields.items()
    return {name: get_args(field.annotation)[0] for name, field in fields if get_origin(field.annotation) is list}


def _named(value: Mapping[str, JsonValue], form: type[BaseModel]) -> dict[str, JsonValue]:
    """Return an object's values by the form's own names: as written, in another case, or as models call them."""
    bare = {re.sub(r"[\W_]", "", key).lower(): each for key, each in reversed([*value.items()])}
    named: dict[str, JsonValue] = {}
    for name in form.model_fields:
        if name in value:
            named[name] = value[name]
            continue
        keys = (name.replace("_", ""), *_ALIASES.get(name, ()))
        found = next((key for key in keys if key in bare and not _is_taken(key, name, form, bare)), None)
        if found is not None:
            named[name] = bare[found]
    return named


def _is_taken(key: str, name: str, form: type[BaseModel], bare: Mapping[str, JsonValue]) -> bool:
    """Tell whether a key is another field's own name."""
    if key == name.replace("_", ""):
        return False
    return any(key == other.replace("_", "") for other in form.model_fields)


def _is_entry(value: Mapping[str, JsonValue], entry: type[BaseModel]) -> bool:
    """Tell whether an object has a text of its own of this entry: half of them, by whatever name."""
    texts = [name for name, field in entry.model_fields.items() if field.annotation is not int and name != "id"]
    named = _named(value, entry)
    return 2 * sum(name in named for name in texts) >= len(texts)


def _entries(value: JsonValue, entry: type[BaseModel]) -> list[Named]:
    """Return the entries of a list; objects by number or by name are lists, too, and what is no entry is left out."""
    if isinstance(value, str):
        value = _decoded(value)
    if isinstance(value, dict):
        first = next(iter(entry.model_fields))
        if _is_entry(value, entry) and not all(isinstance(each, dict) for each in value.values()):
            value = [value]
        else:
            texts = [name for name in entry.model_fields if name != first]
            value = [
                {first: key, **each} if isinstance(each, dict) and first not in each else _told(each, first, key, texts)
                for key, each in value.items()
            ]
    if not isinstance(value, list):
        return []
    decoded = (_decoded(each) if isinstance(each, str) else each for each in value)
    entries = (_entry(each, entry) for each in decoded if isinstance(each, dict))
    return [
        each for each in entries if any(said for name, said in each.items() if isinstance(said, str) and name != "id")
    ]


def _told(each: JsonValue, first: str, key: str, texts: list[str]) -> JsonValue:
    return {first: key, texts[-1]: each} if isinstance(each, str) and texts else each


def _entry(value: Mapping[str, JsonValue], entry: type[BaseModel]) -> Named:
    named = _named(value, entry)
    return {
        name: number_in(named.get(name)) if field.annotation is int else text_of(named.get(name), name)
        for name, field in entry.model_fields.items()
    }


def number_in(value: JsonValue) -> int:
    """Return the number in a value: 3 for 3, 3.0, '3.', 'Shot 3' or {"number": 3}; 0 if there is none."""
    if isinstance(value, dict):
        value = next((each for each in value.values() if isinstance(each, int | str)), None)
    if isinstance(value, float):
        return int(value) if abs(value) < 10**NUMBER_DIGITS else 0
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, int):
        return value if abs(value) < 10**NUMBER_DIGITS else 0
    found = re.search(rf"(?<!\d)\d{{1,{NUMBER_DIGITS}}}(?!\d)", value[:200]) if isinstance(value, str) else None
    return int(found[0]) if found else 0


def text_of(value: JsonValue, name: str = "") -> str:
    """Return a value as text: of a list the parts, of an object its name or its parts; of who is seen, names only."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)[:40]
    if isinstance(value, dict):
        bare = {key.lower(): each for key, each in value.items()}
        if (key := next((key for key in _NAMES if isinstance(bare.get(key), str)), "")) != "":
            return text_of(bare[key])
        if name == "characters":
            return ", ".join(value)
        return "; ".join(filter(None, (text_of(each, name) for each in value.values())))
    mark = ", " if name == "characters" else " " if name == "narration" else ", "
    return mark.join(filter(None, (text_of(each, name) for each in value)))


def _decoded(text: str) -> JsonValue:
    """Return the object or list that a string holds, or the string."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json_in(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return text
