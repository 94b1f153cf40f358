"""What belongs to a session, to be shared with a fork or packed into a file: every regular file that is not hidden.

A hidden file is work in progress. Nothing here knows the folders by name, so that new ones belong, too.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.errors import BadInput
from studio.fs import files, safe_open
from studio.store.folder_walk import DEEPEST, goes_deep, walk

SPARSE_BYTES = 1 << 26
"""A longer file of which the disk holds less than a hundredth is refused: copied, it would fill the disk with zeros."""


@dataclass(frozen=True)
class HeldFile:
    """A file of a session: its path there, with '/', its size in bytes, and when it was changed, in ns since 1970."""

    path: str
    bytes: int
    mtime_ns: int


def held_files(folder: Path) -> list[HeldFile]:
    """Return the files of a session, in the order of their paths. Changes nothing.

    Raises:
        BadInput: something in it is a link, no regular file, or a sparse one, or folders are nested too deep; `Crowded`
            is one of these.
    """
    if goes_deep(folder):
        raise BadInput(
            f"{folder.name} has folders nested {DEEPEST} deep: move what does not belong to the film elsewhere"
        )
    return sorted(_held(folder), key=lambda each: each.path)


def _held(folder: Path) -> Iterator[HeldFile]:
    for place, names in walk(folder):
        inside = place.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts):
            continue
        for name in names:
            if name.startswith("."):
                continue
            path = (inside / name).as_posix()
            try:
                there = safe_open.found(place / name)
            except FileNotFoundError:
                continue
            if not stat.S_ISREG(there.st_mode):
                raise BadInput(f"{folder.name}/{path} is a link or no regular file: move it elsewhere, then try again")
            if there.st_size > SPARSE_BYTES and there.st_blocks * 512 * 100 < there.st_size:
                raise BadInput(
                    f"{folder.name}/{path} is nearly all holes, no film's file is: move it elsewhere, then try again"
                )
            yield HeldFile(path, there.st_size, there.st_mtime_ns)


def own_to_its_folder(path: str, session_id: str) -> bool:
    """Tell whether a file speaks of the session by its id or of the runs on it, and so is no part of a fork.

    The summary for other programs and Prefect's records have the id in their paths; the pieces are found without them.
    Runs, what they asked a person, and why the last one failed are the session's own history.
    """
    return path in ("failure.json", "approvals.json", f"{session_id}_meta.json") or path.startswith(
        ("runs/", "results/")
    )


def folders_of(paths: Iterable[str]) -> list[str]:
    """Return the folders that files at these paths need, each after the one above it."""
    return sorted({above.as_posix() for path in paths for above in Path(path).parents} - {"."})


def flush_tree(folder: Path) -> None:
    """Make every name in the folder and in all folders in it durable, the deepest first."""
    for place in reversed([place for place, _ in walk(folder)]):
        files.flush_folder(place)
