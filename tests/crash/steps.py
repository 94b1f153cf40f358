"""The log of a run: every operation on the disk, in order, with marks for what had begun and what was finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.crash.judge import Piece, Work

Kind = Literal[
    "create",
    "content",
    "fsync",
    "fsync_folder",
    "rename",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "record",
    "begun",
    "held",
]


@dataclass(frozen=True)
class Step:
    """One operation, or a mark between two. Paths are relative to the output folder; '' is that folder itself."""

    kind: Kind
    path: str = ""
    target: str = ""
    """Of a rename or a link: the new name."""
    content: bytes = b""
    """Of 'content' and 'record': everything that the file holds now."""
    mtime_ns: int = 0
    piece: Piece = ("", "")
    """Of 'held': the piece that is finished from here on: its staged receipt is durable, or the store returned it."""
    work: Work | None = None
    """Of 'begun': the piece that is being made from here on, with its beginning and end in seconds."""
    line: int = 0
    """Of a flush, and of the 'held' that it brings about: the line of `studio/fs/files.py` that asked for it; or 0."""

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.path, self.target) if part)


@dataclass(frozen=True)
class Log:
    """A recorded run. `tree` is the output folder as it lay, durable, before the first step."""

    name: str
    tree: tuple[Step, ...]
    """As steps: 'mkdir' for folders, 'content' for files, 'link' for further names of a file, 'record' for records."""
    steps: tuple[Step, ...]
    before: frozenset[Piece]
    """The pieces that were held before the first step."""
    made: dict[str, str]
    """What the undisturbed run made, as `judge.made`."""
    session_id: str | None = None
    """The session that the command named."""
    cuts: frozenset[int] | None = None
    """Only after these numbers of steps is a cut tried; None: after any."""
    on: str = ""
    """Of a run after a cut: the state that the cut had left."""
