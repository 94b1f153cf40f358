"""Keep the working copies of stores on this machine within a size: what was not used for longest is fetched again."""

from __future__ import annotations

import os
from pathlib import Path

from studio.errors import BadInput
from studio.fs import absent, files
from studio.object_storage import working_copy

LIMIT_BYTES = 20 * 10**9
"""How much room all working copies may take, unless `FILM_CACHE_BYTES` says otherwise."""


def limit_bytes() -> int:
    """Return how much room all working copies may take.

    Raises:
        BadInput: FILM_CACHE_BYTES is not a number of bytes.
    """
    said = os.environ.get("FILM_CACHE_BYTES", "")
    if said and not said.isdecimal():
        raise BadInput(f"FILM_CACHE_BYTES is {said[:40]!r}: give a number of bytes, such as {LIMIT_BYTES}")
    return int(said) if said else LIMIT_BYTES


def trim(cache: Path, limit: int) -> int:
    """Make files absent until the working copies below `cache` take no more than `limit` bytes; return how many go.

    Only files go whose content the store has, of sessions in which nothing is unpublished and nobody works; those of
    the session that was used longest ago first.
    """
    taken = {folder: _bytes(folder) for folder in _copies(cache)}
    over = freed = sum(taken.values()) - limit
    for folder in sorted(taken, key=_used_ns):
        if over <= 0:
            break
        with working_copy.alone_in(folder) as mine:
            if mine:
                over -= _emptied(folder, over)
    return max(0, freed - over)


def _copies(cache: Path) -> list[Path]:
    """Return the working copies of all stores, by their form."""
    roots = [cache / name / "sessions" for name in files.names(cache) if files.is_file(cache / name / "copy")]
    return [root / name for root in roots for name in files.names(root) if name.startswith("session_")]


def _bytes(folder: Path) -> int:
    return sum(there.st_blocks * 512 for _, there in working_copy.published(folder))


def _used_ns(folder: Path) -> int:
    there = files.found(folder / working_copy.STATE)
    return there.st_mtime_ns if there is not None else 0


def _emptied(folder: Path, over: int) -> int:
    """Make published files absent until `over` bytes are free; return how many are."""
    known = working_copy.seen(folder)
    if known is None or working_copy.changed(folder, known.tree):
        return 0
    freed = 0
    for path, there in sorted(working_copy.published(folder), key=lambda each: -each[1].st_size):
        file = known.tree[path]
        if freed >= over or working_copy.is_small(path, file):
            break
        if not absent.is_absent(there):
            files.write_absent(folder / path, file.sha256, file.size, file.mtime_ns)
            freed += there.st_blocks * 512
    return freed
