"""Look through a session's folder: walk it, and find links, and what is in the way of its files. Changes nothing."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from studio.errors import LinkInside
from studio.fs import files, safe_open

_FOLDERS = (
    "calls",
    "cast",
    "images",
    "narration",
    "videos",
    "receipts",
    "runs",
    "results",
    "takes",
    "journal",
    "material",
)
DEEPEST = 8
"""How many levels of folders in a session are looked at: ours are at most four deep (`takes/foreign/videos/`)."""


def walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield (folder, sorted names of the files in it) for a folder and all folders in it; links count as files.

    A folder that cannot be entered is left out, and so is anything deeper than `DEEPEST`: this program did not put it
    there.

    Raises:
        Crowded: a folder holds more names than a film ever needs.
    """
    todo = [(folder, 1)]
    while todo:
        place, depth = todo.pop()
        try:
            with os.scandir(place) as entries:
                held = list(itertools.islice(entries, safe_open.NAMES + 1))
            found = {entry.name: entry.is_dir(follow_symlinks=False) for entry in held}
        except OSError:
            continue
        if len(held) > safe_open.NAMES:
            raise safe_open.crowded(str(place))
        yield place, sorted(name for name, is_folder in found.items() if not is_folder)
        if depth < DEEPEST:
            todo += [(place / name, depth + 1) for name in sorted(found, reverse=True) if found[name]]


def goes_deep(folder: Path) -> bool:
    """Tell whether folders are nested as deep as `DEEPEST`, which this program never does."""
    return any(len(place.parts) - len(folder.parts) + 1 >= DEEPEST for place, _ in walk(folder))


def linked(folder: Path) -> list[Path]:
    """Return the session's folders that are links to folders: what is written into them would land elsewhere.

    Folders inside such a link are left out.
    """
    found: list[Path] = []
    for above in (folder, folder / "takes", folder / "results", folder / "results" / folder.name):
        if above == folder or not any(place in found for place in (above, *above.parents)):
            names = _FOLDERS if above == folder else _links_in(above)
            found += [above / name for name in names if (above / name).is_symlink() and (above / name).is_dir()]
    return found


def _links_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_symlink())
    except OSError:
        return []


def refuse_links(folder: Path) -> None:
    """Refuse a session in which a folder is a link, before anything is changed: writing would be refused later.

    Raises:
        LinkInside: a folder is a link; nothing was changed.
    """
    for path in linked(folder):
        raise LinkInside(
            f"{folder.name}/{path.relative_to(folder)} is a link to a folder elsewhere: move what it leads to into its "
            "place, then go on"
        )


def in_the_way(folder: Path) -> list[Path]:
    """Return the paths where the program needs a folder, or a file, and something else is in the way."""
    wrong = [folder / name for name in _FOLDERS if os.path.lexists(folder / name) and not (folder / name).is_dir()]
    for name in (f"{folder.name}_meta.json", "failure.json"):
        if os.path.lexists(folder / name) and not files.is_file(folder / name):
            wrong.append(folder / name)
    return wrong
