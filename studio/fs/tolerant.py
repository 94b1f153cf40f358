"""Read leniently: these functions return a value or an empty one, and never raise an error.

A folder is opened once and its files are read by names relative to it (`safe_open.OpenFolder`), which halves the cost
of a path. Plain dicts; no model is validated. Anything but a regular file of valid JSON (a folder, a link or what is
behind one, a pipe, damaged bytes, more than `safe_open.JSON_BYTES`) counts as absent.
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
"""Longest first line that is read, in bytes: a call has a tenth of it."""


@contextmanager
def entered(folder: Path) -> Iterator[OpenFolder | None]:
    """Give the open folder while the block runs; None if it is not a folder or cannot be entered."""
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
    """Return the JSON object at `path`; {} for anything else."""
    return as_dict(json_at(opened, path))


def head_at(opened: OpenFolder, path: str) -> dict[str, object]:
    """Return the JSON object in the first line of the file at `path`, at most 16 KiB; {} for anything else."""
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
    """Return the objects in the JSON list at `path`; [] for anything else."""
    return as_dicts(json_at(opened, path))


def is_there(opened: OpenFolder, path: str) -> bool:
    """Tell whether anything is at `path`, be it a file or not."""
    return size_at(opened, path) is not None


def size_at(opened: OpenFolder, path: str) -> int | None:
    """Return the size in bytes of what is at `path`; for a link, that of the link itself. None if there is nothing."""
    try:
        folder, name = opened.place(path)
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
    except OSError:
        return None


def names_at(opened: OpenFolder, path: str) -> list[str]:
    """Return the names in the folder at `path`, sorted; [] if it is not a folder, is a link, or has too many names."""
    try:
        return safe_open.names_in(opened.enter(path), path)
    except (OSError, Crowded):
        return []


def changes_at(opened: OpenFolder, path: str) -> list[tuple[int, str]]:
    """Return (time of last change in nanoseconds, name) of everything in the folder at `path`, except hidden names."""
    try:
        folder = opened.enter(path)
        names = [name for name in safe_open.names_in(folder, path) if name[0] != "."]
        return [(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns, name) for name in names]
    except (OSError, Crowded):
        return []


def as_dict(value: object) -> dict[str, object]:
    """Return `value` if it is a dict, else {}."""
    return value if isinstance(value, dict) else {}


def as_dicts(value: object) -> list[dict[str, object]]:
    """Return the dicts in `value` if it is a list, else []."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(values: dict[str, object], key: str) -> str:
    """Return the text under `key`; '' if there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def number(values: dict[str, object], key: str) -> float:
    """Return the number under `key`; 0 if there is none, or it is 1e12 or more, which no film has."""
    value = values.get(key)
    return float(value) if type(value) in (int, float) and abs(value) < 1e12 else 0.0  # type: ignore[arg-type]  # checked


def words(values: dict[str, object], key: str) -> tuple[str, ...]:
    """Return the texts in the list under `key`; () if there is no list."""
    value = values.get(key)
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()
