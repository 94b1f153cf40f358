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
