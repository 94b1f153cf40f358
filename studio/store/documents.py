"""The protocol by which the small files of a session are written. Light: it imports no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class Documents(Protocol):
    """The small files of a session: brief, plans, calls, run cards. Paths are relative to it, with '/'."""

    @property
    def folder(self) -> Path:
        """The session's folder, where its files can be read and engines may make new ones."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all; once this returns, the file survives a power cut.

        Raises:
            DiskFull, BadInput: it cannot be written; what was there before is still there.
        """

    def write_json(self, path: str, value: Mapping[str, object] | Sequence[object]) -> None:
        """Write a value as JSON, as `write`."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""

    def put_aside(self, path: str) -> str:
        """Move a damaged file to `takes/damaged/` and return where it is now, relative to the session."""

    def write_answer(self, path: str, content: bytes) -> None:
        """Write the answer of a paid call, which is never changed, as `write`.

        In object storage it is kept under its own name at once, even if another machine owns the session by now.
        """

    def fetch_answer(self, path: str) -> bool:
        """Look whether the answer of a call that was cut off came after all, on another machine; tell whether it did.

        If so, it is at `path` now.
        """

    def prove(self) -> None:
        """Return once everything written is published, which proves that the session is still this process's.

        To be called before anything that is to happen only once, such as a paid call.

        Raises:
            SessionLost: it is another machine's.
            StoreDown: that cannot be found out now.
        """
