"""A file whose bytes are elsewhere: its name, size and time are here, its content is fetched when it is first opened.

An absent file begins with a line that has the checksum of its content; the rest of it is a hole, so it takes one
block. Its mode, which no other file has, tells it apart at a glance. Whoever opens a file through
`studio/fs/safe_open.py` gets its bytes; a library that takes a path is given `safe_open.at_hand` of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from studio.errors import BadInput

MODE = 0o1400
"""Mode of an absent file: its owner may read it, and the sticky bit, which means nothing on a file, is set."""

_BEGINNING = b"absent sha256:"
_LINE = len(_BEGINNING) + 64 + 1

_fetch: Callable[[Path], None] | None = None


def fetched_by(fetch: Callable[[Path], None] | None) -> None:
    """Let `fetch` bring the bytes of absent files: it is given the file's path, and replaces it or raises."""
    global _fetch
    _fetch = fetch


def is_absent(there: os.stat_result) -> bool:
    """Tell whether a file with this status is an absent one."""
    return stat.S_ISREG(there.st_mode) and stat.S_IMODE(there.st_mode) == MODE


def write_absent(handle: int, sha256: str, size: int) -> None:
    """Make a new, empty file, open for writing, an absent one with this content: `size` is more than its first line."""
    os.write(handle, _BEGINNING + sha256.encode("ascii") + b"\n")
    os.ftruncate(handle, size)
    os.fchmod(handle, MODE)


def digest(handle: int) -> str:
    """Return the checksum of an absent file's content, 64 hex digits; '' if its first line is damaged."""
    line = os.pread(handle, _LINE, 0)
    return line[len(_BEGINNING) : -1].decode("ascii") if line.startswith(_BEGINNING) and len(line) == _LINE else ""


def fetch(path: Path) -> None:
    """Bring the bytes of the absent file at `path`.

    Raises:
        BadInput: nothing in this process knows where they are: the folder was copied out of a working copy.
        FilmError: they could not be fetched.
    """
    if _fetch is None:
        raise elsewhere(path)
    _fetch(path)


def elsewhere(path: Path) -> BadInput:
    """Return the error for an absent file outside every working copy."""
    return BadInput(
        f"{str(path)!r} is not whole: its bytes are in the store from whose working copy it was copied; fetch the "
        "session into this folder with 'sessions pull SESSION URL --over'"
    )
