"""Where a session's folder has folders and where files, and what stands in their way. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from studio import files
from studio.errors import BadInput

_FOLDERS = ("cast", "images", "narration", "videos", "receipts", "runs", "results", "takes")

DEEPEST = 8
"""Levels of folders in a session that are looked at: ours are four deep at the most (`takes/foreign/videos/`)."""


def walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield (folder, names of the files in it, sorted) for a folder and those in it; links are files.

    What cannot be entered is left out, and so is what lies deeper than `DEEPEST`: no program of ours put it there.
    """
    todo = [(folder, 1)]
    while todo:
        place, depth = todo.pop()
        try:
            with os.scandir(place) as entries:
                found = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
        except OSError:
            continue
        yield place, sorted(name for name, is_folder in found.items() if not is_folder)
        if depth < DEEPEST:
            todo += [(place / name, depth + 1) for name in sorted(found, reverse=True) if found[name]]


def linked(folder: Path) -> list[Path]:
    """Return the session's folders that are links to folders: what is written into them would land elsewhere."""
    return [folder / name for name in _FOLDERS if (folder / name).is_symlink() and (folder / name).is_dir()]


def refuse_links(folder: Path) -> None:
    """Make sure that no folder of the session is a link.

    Raises:
        BadInput: one is; nothing was changed.
    """
    for path in linked(folder):
        raise BadInput(
            f"{folder.name}/{path.name} is a link to a folder elsewhere: move what it leads to into its place, "
            "then go on"
        )


def in_the_way(folder: Path) -> list[Path]:
    """Return what is no folder, or no file, where the program writes one."""
    wrong = [folder / name for name in _FOLDERS if os.path.lexists(folder / name) and not (folder / name).is_dir()]
    for name in (f"{folder.name}_meta.json", "failure.json"):
        if os.path.lexists(folder / name) and not files.is_file(folder / name):
            wrong.append(folder / name)
    return wrong
