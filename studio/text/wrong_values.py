"""Say in plain words why a value cannot be used, with the limits of its field: 'must be even, 144 to 2160'.

The one place where what pydantic finds becomes a sentence for a person: none of pydantic's own is passed on. Its types
of errors: https://docs.pydantic.dev/latest/errors/validation_errors/. Called wherever what a person gave or edited is
validated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError
from pydantic_core import ErrorDetails

Schema = Mapping[str, object]
"""A JSON schema, as pydantic makes it of a model."""


class WrongValue(NamedTuple):
    """A value that cannot be used.

    Attributes:
        place: where it is: names, and places in lists from 0.
        reason: in one line: 'must be even, 144 to 2160', 'this key is missing'.
        found: the value; None, too, where values are not told.
        kind: pydantic's type of the error.
    """

    place: tuple[str | int, ...]
    reason: str
    found: object
    kind: str


def wrong_values(
    error: ValidationError, form: type[BaseModel] | Schema | None = None, *, secret: bool = False
) -> tuple[WrongValue, ...]:
    """Return what is wrong, in pydantic's order, at least one, and one at a place.

    Args:
        form: what was validated, whose limits are then told; a model that has no JSON schema is taken for None.
        secret: whether the values themselves may not be told.
    """
    schema = _schema(form) if isinstance(form, type) else form
    faults = error.errors(include_input=not secret)
    found: dict[tuple[str | int, ...], WrongValue] = {}
    for fault in faults:
        wrong = _wrong(fault, schema)
        # Of a value that may be of several types, pydantic says of each why it is not of that one.
        found.setdefault(wrong.place, wrong)
    return tuple(found.values())


@lru_cache(maxsize=8)
def _schema(form: type[BaseModel]) -> Schema | None:
    try:
        return form.model_json_schema()
    except (PydanticInvalidForJsonSchema, PydanticUserError):
        return None


def _wrong(fault: ErrorDetails, schema: Schema | None) -> WrongValue:
    kind, place, asked = fault["type"], fault["loc"], ""
    if schema is not None and (kind in _LIMITS or kind in _KINDS or kind in _CHOICES):
        place, field = _field(schema, place)
        told = _described(schema, field, kind in _LIMITS)
        asked = _or(list(dict.fromkeys(each for each in told if each)))
    return WrongValue(place, f"must be {asked}" if asked else _by_kind(fault), fault.get("input"), kind)


def _by_kind(fault: ErrorDetails) -> str:
    kind, given = fault["type"], fault.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        # A validator of ours speaks for itself.
        return " ".join(str(given.get("error", "")).split()) or _UNKNOWN
    if "url" not in fault:
        # So does one of another package: pydantic explains none but its own types.
        return " ".join(fault["msg"].split())
    if kind == "json_invalid":
        place = re.search(r"line (\d+) column (\d+)$", str(given.get("error", "")))
        return "is not JSON" + (f": see line {place[1]}, column {place[2]}" if place else "")
    if kind == "multiple_of" and given.get("multiple_of") == 2:
        return "must be even"
    words = _LIMITS.get(kind) or _KINDS.get(kind) or _CHOICES.get(kind) or _OTHERS.get(kind)
    if words is None:
        return _UNKNOWN
    return words.format_map({name: _plain(value) for name, value in given.items()} | {"": ""})


_UNKNOWN = "cannot be used"
_LIMITS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be divisible by {multiple_of}",
    "string_too_short": "must have at least {min_length} letters",
    "string_too_long": "must have at most {max_length} letters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
}
"""What is of the right kind, but beyond a limit."""
_KINDS = {
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "deque_type": "must be a list",
    "iterable_type": "must be a list",
    "dict_type": "must be an object of keys and values",
    "frozen_dict_type": "must be an object of keys and values",
    "ordered_dict_type": "must be an object of keys and values",
    "counter_type": "must be an object of keys and values",
    "mapping_type": "must be an object of keys and values",
    "model_type": "must be an object of keys and values",
    "model_attributes_type": "must be an object of keys and values",
    "dataclass_type": "must be an object of keys and values",
    "named_tuple_type": "must be an object of keys and values",
}
"""What is of the wrong kind."""
_CHOICES = {"literal_error": "must be {expected}", "enum": "must be {expected}"}
_OTHERS = {
    "missing": "this key is missing",
    "missing_argument": "this key is missing",
    "missing_keyword_only_argument": "this key is missing",
    "missing_positional_only_argument": "this key is missing",
    "extra_forbidden": "this key is not known",
    "unexpected_keyword_argument": "this key is not known",
    "unexpected_positional_argument": "is one value too many",
    "multiple_argument_values": "is given twice",
    "arguments_type": "must be a list, or an object of keys and values",
    "invalid_key": "must have texts for its keys",
    "none_required": "must be empty",
    "string_unicode": "must be a text in UTF-8",
    "string_not_ascii": "must have no letters beyond ASCII",
    "string_pattern_mismatch": "must have the form {pattern}",
    "bytes_type": "must be bytes",
    "bytes_too_short": "must have at least {min_length} bytes",
    "bytes_too_long": "must have at most {max_length} bytes",
    "bytes_invalid_encoding": "must be encoded in {encoding}",
    "set_item_not_hashable": "must be a plain value",
    "json_type": "must be JSON",
    "recursion_loop": "holds itself",
    "recursion_depth_exceeded": "nests too deep",
    "frozen_field": "cannot be changed",
    "frozen_instance": "cannot be changed",
    "date_type": "must be a date like 2026-11-22",
    "date_parsing": "must be a date like 2026-11-22",
    "date_from_datetime_parsing": "must be a date like 2026-11-22",
    "date_from_datetime_inexact": "must be a date like 2026-11-22, without a time",
    "date_past": "must be in the past",
    "date_future": "must be in the future",
    "time_type": "must be a time like 16:30",
    "time_parsing": "must be a time like 16:30",
    "datetime_type": "must be a date and time like 2026-11-22T16:30",
    "datetime_parsing": "must be a date and time like 2026-11-22T16:30",
    "datetime_object_invalid": "must be a date and time like 2026-11-22T16:30",
    "datetime_from_date_parsing": "must be a date and time like 2026-11-22T16:30",
    "datetime_past": "must be in the past",
    "datetime_future": "must be in the future",
    "timezone_naive": "must have no time zone",
    "timezone_aware": "must have a time zone",
    "timezone_offset": "must be in another time zone",
    "time_delta_type": "must be a length of time like PT30S",
    "time_delta_parsing": "must be a length of time like PT30S",
    "url_type": "must be a URL like https://host/path",
    "url_parsing": "must be a URL like https://host/path",
    "url_syntax_violation": "must be a URL like https://host/path",
    "url_too_long": "must have at most {max_length} letters",
    "url_scheme": "must be a URL that begins with {expected_schemes}",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "uuid_version": "must be a UUID of version {expected_version}",
    "decimal_type": "must be a decimal number",
    "decimal_parsing": "must be a decimal number",
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} digits after the point",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "fraction_type": "must be a fraction like 1/3",
    "fraction_parsing": "must be a fraction like 1/3",
    "complex_type": "must be a complex number like 1+2j",
    "complex_str_parsing": "must be a complex number like 1+2j",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "must say which kind it is: {discriminator}",
}
"""What else can be wrong. What only a program can do wrong is not here: it cannot be used."""


def _field(schema: Schema, place: Sequence[str | int]) -> tuple[tuple[str | int, ...], Schema]:
    """Return the place of a value as a person knows it, and the schema of its field.

    What pydantic adds to a place names a member of a union, or a function that looks at the value.
    """
    field = schema
    for length, part in enumerate(place):
        inner = _inside(schema, field, part)
        if inner is None:
            return (tuple(place[:length]), field) if length else (tuple(place), {})
        field = inner
    return tuple(place), field


def _inside(schema: Schema, field: object, part: str | int) -> Schema | None:
    for each in _members(schema, field):
        items, named = each.get("items"), each.get("properties")
        if isinstance(part, int):
            fixed = each.get("prefixItems")
            inner: object = fixed[part] if isinstance(fixed, list) and part < len(fixed) else items
        else:
            inner = named.get(part) if isinstance(named, dict) else None
            inner = inner if isinstance(inner, dict) else each.get("additionalProperties")
        if isinstance(inner, dict):
            return inner
    return None


def _members(schema: Schema, field: object) -> Iterator[Schema]:
    """Yield the schemas that a field may follow, its references resolved; null is none of them."""
    if not isinstance(field, Mapping):
        return
    if isinstance(reference := field.get("$ref"), str):
        defined = schema.get("$defs", schema.get("definitions"))
        yield from _members(schema, defined.get(reference.rpartition("/")[2]) if isinstance(defined, dict) else None)
        return
    several = field.get("anyOf", field.get("oneOf", field.get("allOf")))
    if isinstance(several, list):
        for each in several:
            yield from _members(schema, each)
    elif field.get("type") != "null":
        yield field


def _described(schema: Schema, field: Schema, of_its_kind: bool) -> Iterator[str]:
    """Yield what a field may be: each choice, each type with its limits.

    Args:
        of_its_kind: whether the value is a number or text as it must be, so that only limits are told.
    """
    for each in _members(schema, field):
        if isinstance(choices := each.get("enum"), list):
            yield from map(_plain, choices)
        elif "const" in each:
            yield _plain(each["const"])
        else:
            yield _of_type(each, of_its_kind)


def _of_type(field: Schema, of_its_kind: bool) -> str:
    match field.get("type"):
        case "boolean":
            return "true or false"
        case "integer" | "number" as kind:
            step = field.get("multipleOf")
            even = "" if step in (None, 1) else "even" if step == 2 else f"divisible by {_plain(step)}"
            named = "" if of_its_kind else "a whole number" if kind == "integer" else "a number"
            return ", ".join(filter(None, (named, even, _range(field, kind == "integer")))) or "a number"
        case "string":
            how_many = _count(field.get("minLength"), field.get("maxLength"))
            return "a text" + (f" of {how_many} letters" if how_many else "")
        case "array":
            how_many = _count(field.get("minItems"), field.get("maxItems"))
            return "a list" + (f" of {how_many}" if how_many else "")
        case "object":
            return "an object of keys and values"
    return ""


def _count(least: object, most: object) -> str:
    """Return '1 to 500', 'at least 1', 'at most 500', or ''."""
    if isinstance(least, int) and least > 0:
        return f"{least} to {most}" if isinstance(most, int) and most != least else f"at least {least}"
    return f"at most {most}" if isinstance(most, int) else ""


def _range(field: Schema, whole: bool) -> str:
    least, most = field.get("minimum"), field.get("maximum")
    above, below = field.get("exclusiveMinimum"), field.get("exclusiveMaximum")
    if whole:
        least = above + 1 if isinstance(above, int) and least is None else least
        most = below - 1 if isinstance(below, int) and most is None else most
        above, below = (None if isinstance(end, int) else end for end in (above, below))
    if least is not None and most is not None:
        return f"{_plain(least)} to {_plain(most)}"
    ends = (("at least", least), ("more than", above), ("at most", most), ("less than", below))
    return " and ".join(f"{word} {_plain(end)}" for word, end in ends if end is not None)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _or(words: Sequence[str]) -> str:
    """Return 'a, b or c' for these words."""
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
