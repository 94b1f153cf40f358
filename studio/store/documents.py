"""The small files of a session, as whoever writes one needs them. Light: no model is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class Documents(Protocol):
    """The small files of a session: brief, plans, calls, run cards. Paths are relative to it, with '/'."""

    @property
    def folder(self) -> Path:
        """Where its files can be read, and engines may make new ones."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all; when this returns it outlives a power cut.

        Raises:
            DiskFull, BadInput: it cannot be written; what was there before is still there.
        """

    def write_json(self, path: str, value: Mapping[str, object] | Sequence[object]) -> None:
        """Write a value as JSON, as `write`."""

    def remove(self, path: str) -> None:
        """Remove a file, where it is there."""

    def put_aside(self, path: str) -> str:
        """Move what a fault damaged to `takes/damaged/` and return where it lies now."""
