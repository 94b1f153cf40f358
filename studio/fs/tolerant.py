"""Reading leniently: a value or absence, never an error.

A folder is opened once and its files are read by names relative to it (`safe_open.OpenFolder`), which halves the cost
of a path. Plain dicts; no model is validated. Whatever is not readable JSON in a regular place (a folder, a link or
what lies behind one, a pipe, torn bytes, more than `safe_open.JSON_BYTES`) reads as absent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.errors import Crowded, LinkInside
from studio.fs import safe_open
from studio.fs.safe_open import OpenFolder
from studio.text.plain_json import NotJson, read_plainly

_HEAD = 1 << 14
"""Longest first line read, in bytes: a call is a tenth of it."""


@contextmanager
def entered(folder: Path) -> Iterator[OpenFolder | None]:
    """Lend the folder, open, while the block runs; None where it is no folder or cannot be entered."""
    try:
        opened = OpenFolder(safe_open.enter(folder))
    except (OSError, LinkInside):
        yield None
        return
    try:
        yield opened
    finally:
        opened.close()


def json_at(opened: OpenFolder, path: str) -> object:
    """Return the JSON value at `path`, relative to the folder; None for anything that is not a readable JSON file."""
    try:
        handle = safe_open.open_at(*opened.place(path))
    except OSError:
        return None
    try:
        return read_plainly(safe_open.read_to_end(handle, safe_open.JSON_BYTES))
    except (OSError, NotJson):
        return None
    finally:
        os.close(handle)


def dict_at(opened: OpenFolder, path: str) -> dict[str, object]:
    """Return the JSON object at `path`; an empty one for anything else."""
    return as_dict(json_at(opened, path))


def head_at(opened: OpenFolder, path: str) -> dict[str, object]:
    """Return the JSON object in the first line at `path`, 16 KiB at most; an empty one for anything else."""
    try:
        handle = safe_open.open_at(*opened.place(path))
    except OSError:
        return {}
    try:
        return as_dict(read_plainly(os.pread(handle, _HEAD, 0).partition(b"\n")[0]))
    except (OSError, NotJson):
        return {}
    finally:
        os.close(handle)


def dicts_at(opened: OpenFolder, path: str) -> list[dict[str, object]]:
    """Return the objects in the JSON list at `path`; an empty list for anything else."""
    return as_dicts(json_at(opened, path))


def is_there(opened: OpenFolder, path: str) -> bool:
    """Tell whether the name is taken, by whatever it may be."""
    return size_at(opened, path) is not None


def size_at(opened: OpenFolder, path: str) -> int | None:
    """Return the size in bytes of what bears the name; of a link, its own. None where nothing does."""
    try:
        folder, name = opened.place(path)
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
    except OSError:
        return None


def names_at(opened: OpenFolder, path: str) -> list[str]:
    """Return the names in the folder at `path`, sorted; none where it is no folder, a link, or too crowded to read."""
    try:
        return safe_open.names_in(opened.enter(path), path)
    except (OSError, Crowded):
        return []


def changes_at(opened: OpenFolder, path: str) -> list[tuple[int, str]]:
    """Return (time of the last change in nanoseconds, name) of what lies in the folder at `path`, but hidden names."""
    try:
        folder = opened.enter(path)
        names = [name for name in safe_open.names_in(folder, path) if name[0] != "."]
        return [(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns, name) for name in names]
    except (OSError, Crowded):
        return []


def as_dict(value: object) -> dict[str, object]:
    """Return `value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_dicts(value: object) -> list[dict[str, object]]:
    """Return the objects of `value` where it is a list, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(values: dict[str, object], key: str) -> str:
    """Return the text under `key`; '' where there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def number(values: dict[str, object], key: str) -> float:
    """Return the finite number under `key`; 0 where there is none, or one beyond any film (1e12)."""
    value = values.get(key)
    return float(value) if type(value) in (int, float) and abs(value) < 1e12 else 0.0  # type: ignore[arg-type]  # checked


def words(values: dict[str, object], key: str) -> tuple[str, ...]:
    """Return the texts in the list under `key`; none where there is no list."""
    value = values.get(key)
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()
