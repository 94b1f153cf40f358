"""Light reading of a session folder: a value or absence, never an error.

A folder is opened once and its files are read by names relative to it, which halves the cost of a path. Plain dicts;
no model is validated. Whatever is not readable JSON in a regular place (a folder, a link, a pipe, torn bytes) reads
as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BLOCK = 1 << 14
"""Bytes read at once: most receipts fit, and a larger buffer costs more to allocate than a second read."""

LONGEST = 1 << 26
"""Longest file read, in bytes: 3600 shots of 18 kB each. A longer one is not ours and reads as absent."""


@contextmanager
def entered(folder: Path) -> Iterator[int | None]:
    """Lend a handle of the folder while the block runs; None where it is no folder or cannot be entered."""
    try:
        room = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield room
    finally:
        os.close(room)


def json_at(room: int, path: str) -> object:
    """Return the JSON value at `path`, relative to the folder; None for anything that is not a readable JSON file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=room)
    except OSError:
        return None
    try:
        content = os.read(handle, _BLOCK)
        if len(content) == _BLOCK:
            if os.fstat(handle).st_size > LONGEST:
                return None
            content += b"".join(iter(lambda: os.read(handle, 1 << 20), b""))
        return json.loads(content)
    except (OSError, ValueError, RecursionError):
        return None
    finally:
        os.close(handle)


def dict_at(room: int, path: str) -> dict[str, object]:
    """Return the JSON object at `path`; an empty one for anything else."""
    return as_dict(json_at(room, path))


def head_at(room: int, path: str) -> dict[str, object]:
    """Return the JSON object in the first line at `path`, 16 KiB at most; an empty one for anything else."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=room)
    except OSError:
        return {}
    try:
        return as_dict(json.loads(os.read(handle, _BLOCK).partition(b"\n")[0]))
    except (OSError, ValueError, RecursionError):
        return {}
    finally:
        os.close(handle)


def dicts_at(room: int, path: str) -> list[dict[str, object]]:
    """Return the objects in the JSON list at `path`; an empty list for anything else."""
    return as_dicts(json_at(room, path))


def is_there(room: int, path: str) -> bool:
    """Tell whether the name is taken, by whatever it may be."""
    return size_at(room, path) is not None


def size_at(room: int, path: str) -> int | None:
    """Return the size in bytes of what bears the name; of a link, its own. None where nothing does."""
    try:
        return os.stat(path, dir_fd=room, follow_symlinks=False).st_size
    except OSError:
        return None


def names_at(room: int, path: str) -> list[str]:
    """Return the names in the folder at `path`, sorted; none where it is no folder, or a link."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=room)
    except OSError:
        return []
    try:
        return sorted(os.listdir(handle))
    finally:
        os.close(handle)


def receipt_at(room: int, path: str) -> dict[str, object] | None:
    """Return the receipt of the piece at `path` ('images/shot_001.png') at the listed depth.

    That is: the receipt beside it parses and speaks of this path, and the size agrees. None otherwise.
    """
    receipt = json_at(room, path.rpartition(".")[0] + ".json")
    if not isinstance(receipt, dict) or receipt.get("path") != path:
        return None
    size = receipt.get("bytes")
    return receipt if type(size) is int and size_at(room, path) == size else None


def has_brief(room: int) -> bool:
    """Tell whether the session is one of ours: its brief is there, or the copy of it."""
    # Nobody else has run cards: without its briefs a session of ours is still no other program's.
    return any(is_there(room, name) for name in ("brief.json", "receipts/brief.json", "runs"))


def brief_at(room: int) -> dict[str, object]:
    """Return what was asked for; from the copy where `brief.json` does not read, else an empty object."""
    brief = dict_at(room, "brief.json")
    if "idea" in brief:
        return brief
    try:
        return as_dict(json.loads(copied_brief(room) or "{}"))
    except (ValueError, RecursionError):
        return {}


def last_card(room: int) -> dict[str, object]:
    """Return the newest run card; an empty object where there is none.

    One that does not read tells of no end, as if its run had been cut off.
    """
    newest = max(_cards(room), default=None)
    if newest is None:
        return {}
    card = json_at(room, f"runs/{newest[1]}")
    return card if isinstance(card, dict) and card else {"ended_at": ""}


def was_cut_off(card: dict[str, object]) -> bool:
    """Tell whether the card is that of a run which never ended; the lock tells whether it works now."""
    return card.get("ended_at") == ""


def _cards(room: int) -> list[tuple[int, str]]:
    """Return (time of the last change in nanoseconds, name) of every run card."""
    try:
        handle = os.open("runs", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=room)
    except OSError:
        return []
    try:
        names = [name for name in os.listdir(handle) if name.endswith(".json") and name[0] != "."]
        return [(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mtime_ns, name) for name in names]
    except OSError:
        return []
    finally:
        os.close(handle)


def copied_brief(room: int) -> str | None:
    """Return the text of `brief.json` as `receipts/brief.json` holds it, or None where its checksum does not agree."""
    copy = dict_at(room, "receipts/brief.json")
    content = text(copy, "content")
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return content if copy.get("sha256") == digest else None


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
