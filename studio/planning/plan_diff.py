"""Find what a person changed in a plan: the fields, by name. Pure.

A plan's receipt holds the text as it was written, so the difference can be found even years later.
"""

from __future__ import annotations

from typing import TypeAlias, cast

from studio.text.plain_json import read_plainly

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MOST_NAMED = 8
"""Most fields named in one line; further ones are counted."""


def changed_fields(written: str, found: str, item: str) -> tuple[str, ...]:
    """Return the fields that differ between two JSON texts: 'title', 'shot 3 image_prompt', '2 shots more'.

    Items of a list are compared place by place if their number is the same; if it changed, each is compared with the
    earlier one that is most like it, and counts as new if no earlier one shares half its keys.

    Args:
        item: what an element of a list is called: 'shot', 'scene', 'node', ...
    """
    before, after = _read(written), _read(found)
    return tuple(_differences(before, after, item))


def same_plan(written: str, found: str) -> bool:
    """Tell whether two JSON texts hold the same values: a file that was only saved again counts as not edited."""
    return _read(written) == _read(found)


def edit_line(name: str, written: str, found: str, item: str) -> str:
    """Return one line that says which fields of the plan `name` were edited, or '' if none was."""
    fields = changed_fields(written, found, item)
    if not fields:
        return ""
    more = f" and {len(fields) - MOST_NAMED} more" if len(fields) > MOST_NAMED else ""
    return f"{name} was edited by hand and is used; unlike the plan as written: {', '.join(fields[:MOST_NAMED])}{more}"


def _read(text: str) -> Json:
    return cast(Json, read_plainly(text))


def _differences(before: Json, after: Json, item: str) -> list[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[str] = []
        for key in sorted(before.keys() | after.keys()):
            old, new = before.get(key), after.get(key)
            if isinstance(old, list) and isinstance(new, list) and old and isinstance(old[0], dict):
                found += _in_list(old, new, key.removesuffix("s"))
            elif old != new:
                found.append(key)
        return found
    if isinstance(before, list) and isinstance(after, list):
        return _in_list(before, after, item)
    return [] if before == after else ["everything"]


def _in_list(before: list[Json], after: list[Json], item: str) -> list[str]:
    if len(before) == len(after):
        return [
            f"{item} {number}" + (f" {field}" if field else "")
            for number, (old, new) in enumerate(zip(before, after, strict=True), start=1)
            if old != new
            for field in (_differences(old, new, item) if isinstance(old, dict) and isinstance(new, dict) else [""])
        ]
    change = len(after) - len(before)
    return [
        f"{abs(change)} {item}{'s' if abs(change) > 1 else ''} {'more' if change > 0 else 'fewer'}",
        *_changed_or_new([_core(old) for old in before], [_core(new) for new in after], item),
    ]


def _changed_or_new(before: list[Json], after: list[Json], item: str) -> list[str]:
    """Return a line for each item that was not there before: which of its fields changed, or that it is new."""
    left = [old for old in before if old not in after]
    found: list[str] = []
    for number, new in enumerate(after, start=1):
        if new in before:
            continue
        twin = max(left, key=lambda old: _alike(old, new), default=None)
        if twin is None or _alike(twin, new) < 0.5:
            found.append(f"{item} {number} is new")
        else:
            left.remove(twin)
            found += [f"{item} {number} {field}" for field in _differences(twin, new, item)]
    return found


def _alike(one: Json, other: Json) -> float:
    """Return the share of keys that have the same value in both, 0 to 1."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return 0.0
    keys = one.keys() | other.keys()
    return sum(key in one and key in other and one[key] == other[key] for key in keys) / max(1, len(keys))


def _core(value: Json) -> Json:
    """Return an item without the keys that only follow from its place in the list."""
    if not isinstance(value, dict):
        return value
    return {key: each for key, each in value.items() if key not in ("index", "image_path")}
