"""A room for one hostile case: an output folder with sessions, and a place outside that nothing may touch."""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.support.sessions.make_sessions import PNG

READ_BYTES = 1 << 20
"""A longer file is compared by its size and times: it may be sparse, and of any length."""

Seen = dict[str, tuple[int, int, int, bytes]]


@dataclass(frozen=True)
class Room:
    """`output` is what the program is given; `outside` is another project's, to which links may lead."""

    output: Path
    outside: Path

    @property
    def sessions(self) -> Path:
        return self.output / "sessions"


def make_room(folder: Path) -> Room:
    """Make an empty one: outside lie a folder and files with the names that sessions have, too."""
    room = Room(folder / "output", folder / "outside")
    room.sessions.mkdir(parents=True)
    (room.outside / "images").mkdir(parents=True)
    for name in ("brief.json", "story.json", "shot_001.json", "images/shot_001.json"):
        (room.outside / name).write_text('{"precious": "of another project"}', "utf-8")
    (room.outside / "shot_001.png").write_bytes(PNG)
    return room


def seen(root: Path) -> Seen:
    """Return what lies below a folder: kind and mode, size, time of change, bytes. Links are not followed."""
    found: Seen = {}
    for path in (root, *sorted(root.rglob("*"))):
        told = path.lstat()
        read = stat.S_ISREG(told.st_mode) and told.st_size <= READ_BYTES
        linked = str(path.readlink()).encode() if stat.S_ISLNK(told.st_mode) else b""
        found[str(path.relative_to(root))] = (
            told.st_mode,
            told.st_size,
            told.st_mtime_ns,
            path.read_bytes() if read else linked,
        )
    return found


def held(root: Path) -> Counter[str]:
    """Return the contents of the visible files below a folder, each by its checksum and how often it is there."""
    return Counter(
        hashlib.sha256(content).hexdigest()
        for name, (mode, size, _, content) in seen(root).items()
        if stat.S_ISREG(mode) and 0 < size <= READ_BYTES and not Path(name).name.startswith(".")
    )
