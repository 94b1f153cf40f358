"""Open files safely: below a session's folder no link is followed, and only regular files are read, up to a limit.

A session may come from anywhere, and a link in it may lead anywhere: what is written through a link lands outside, what
is read through one is not part of the session. So a path inside a session is entered folder by folder, each by its name
in the one above, and a link on the way is an error that names it. Links above the session's folder are the person's
own. `studio/fs/disk_operations.py` changes the disk through here, `studio/fs/files.py` and
`studio/store/light_reader.py` read through here; nothing else opens a file to read it (tests/test_file_access.py).
Libraries that take a path (PyAV, Pillow, wave) get one whose folder and file were checked here before. Light: it
imports no model.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from studio.errors import Crowded, LinkInside
from studio.fs import absent

TEXT_BYTES = 1_000_000
"""Longest text file of a person, in bytes: five times the longest script (`FilmOptions.script`)."""
PLAN_BYTES = 1 << 24
"""Longest plan, in bytes: sixteen text files of a person (`TEXT_BYTES`), or the most shots (`SHOTS`) at 4.6 kB."""
JSON_BYTES = 1 << 26
"""Longest other JSON in a session, in bytes: a receipt may hold a plan three times, and a third more for escapes."""
ANSWER_BYTES = (1 << 26) + (1 << 20)
"""Longest answer of a vendor, in bytes: a sound (`blocks.answers.sound_answers.SOUND_BYTES`) and the line before it,
which holds the call."""
SHOTS = 3_600
"""Most shots of a film: the longest film (3600 s) in shots of the shortest length (1 s); see `FilmOptions`."""
NAMES = 20 * SHOTS
"""Most names in a folder of a session: ten takes, each with its receipt, of every shot."""

_SESSION = re.compile(r"\.?session_[0-9]{8}_[0-9]{6}(\..*\.part)?")
_BEGINNINGS = ("session_", ".session_")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BLOCK = 1 << 14
"""Bytes of the first read of a file: most receipts fit, and a larger buffer costs more to allocate than a second
read."""


def split(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return (the session's folder, the names below it); ('', ()) for a path outside every session.

    The session's folder is the first folder directly in `sessions` that is named like one, else the first named so.
    """
    folder, _, name = str(path).rpartition("/")
    if name.startswith(_BEGINNINGS):
        return _split(str(path))
    top, names = _split(folder)
    return (top, (*names, name)) if top else ("", ())


@lru_cache(maxsize=256)
def _split(path: str) -> tuple[str, tuple[str, ...]]:
    parts = Path(path).parts
    named = [n for n, part in enumerate(parts) if part.startswith(_BEGINNINGS) and _SESSION.fullmatch(part)]
    if not named:
        return "", ()
    at = next((n for n in named if n and parts[n - 1] == "sessions"), named[0])
    return os.path.join(*parts[: at + 1]), parts[at + 1 :]


def enter(path: Path) -> int:
    """Open the folder and return its handle; the caller closes it.

    Raises:
        LinkInside: the folder, or one on the way below its session's folder, is a link.
        OSError: as open(2).
    """
    top, names = split(path)
    if not top:
        return os.open(path, _FOLDER & ~os.O_NOFOLLOW)
    return _enter(top, names)


def _enter(top: str, names: tuple[str, ...]) -> int:
    handle = _step(None, top, top)
    for number, name in enumerate(names, start=1):
        above = handle
        try:
            handle = _step(above, name, os.path.join(top, *names[:number]))
        finally:
            os.close(above)
    return handle


def _step(above: int | None, name: str, shown: str) -> int:
    if name == "..":
        raise LinkInside(f"{shown!r} leads out of its session")
    try:
        return os.open(name, _FOLDER, dir_fd=above)
    except OSError as error:
        # For a link Linux returns ENOTDIR (open(2), O_NOFOLLOW with O_DIRECTORY), other systems ELOOP.
        if error.errno in (errno.ENOTDIR, errno.ELOOP) and _is_link(above, name):
            raise LinkInside(
                f"{shown!r} is a link: a session holds no links; move what it leads to into its place, then go on"
            ) from error
        raise OSError(error.errno, os.strerror(error.errno or 0), shown) from error


def _is_link(above: int | None, name: str) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode)


@contextmanager
def beside(path: Path) -> Iterator[tuple[int | None, str]]:
    """Give (handle of the folder of `path`, its name there) while the block runs; outside a session (None, the path).

    Raises:
        LinkInside, OSError: as `enter`.
    """
    top, names = split(path)
    if not names:
        yield None, str(path)
        return
    if names[-1] == "..":
        raise LinkInside(f"{str(path)!r} leads out of its session")
    handle = _enter(top, names[:-1])
    try:
        yield handle, names[-1]
    finally:
        os.close(handle)


def found(path: Path) -> os.stat_result:
    """Return the status of what is at `path`, as lstat(2).

    Raises:
        LinkInside, OSError: as `enter`; FileNotFoundError if there is nothing.
    """
    with beside(path) as (folder, name):
        return os.stat(name, dir_fd=folder, follow_symlinks=False)


@contextmanager
def opened(path: Path, *, follow: bool = False, whole: bool = True) -> Iterator[int]:
    """Open the regular file at `path` for reading and give its handle while the block runs.

    Never waits: a pipe, a device, a socket or a folder is refused. The bytes of an absent file are fetched first.

    Args:
        follow: whether `path` may be a link; for a path that a person names, never for one in a session.
        whole: whether the bytes of an absent file are fetched; else its handle is that of the file as it is.

    Raises:
        LinkInside: a folder on the way is a link.
        OSError: it cannot be opened, or 'it is not a regular file'.
    """
    handle = _opened(path, follow)
    if whole and absent.is_absent(os.fstat(handle)):
        os.close(handle)
        absent.fetch(path)
        handle = _opened(path, follow)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _no_file(path.name)
        yield handle
    finally:
        os.close(handle)


def _opened(path: Path, follow: bool) -> int:
    with beside(path) as (folder, name):
        return open_at(folder, name, follow=follow)


def at_hand(path: Path) -> Path:
    """Return `path`, once the bytes of the file there are on this machine; for libraries that take a path.

    Raises:
        FilmError: they could not be fetched. A file that is not there is the library's to refuse.
    """
    try:
        if absent.is_absent(found(path)):
            absent.fetch(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    return path


def open_at(folder: int | None, name: str, *, follow: bool = False) -> int:
    """Open what has this name in the folder, for reading, and return its handle; the caller closes it. Never waits.

    It may be something else than a regular file: `opened` and `read_to_end` check that.
    """
    try:
        return os.open(name, _FILE & ~os.O_NOFOLLOW if follow else _FILE, dir_fd=folder)
    except OSError as error:
        # A link (ELOOP), a socket or a device without a driver (ENXIO).
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _no_file(name) from error
        raise


def _no_file(name: str) -> OSError:
    return OSError(errno.EINVAL, "it is not a regular file", name)


def read_to_end(handle: int, most: int) -> bytes:
    """Return all bytes of an open file.

    Raises:
        OSError: it is a pipe, a terminal (ESPIPE), a folder (EISDIR) or an endless device (EINVAL); or there are more
            than `most` bytes (EFBIG), and no more than that were read.
    """
    content = os.pread(handle, min(_BLOCK, most + 1), 0)
    if len(content) == _BLOCK:
        there = os.fstat(handle)
        if not stat.S_ISREG(there.st_mode):
            raise _no_file("")
        # Check the size before reading: a sparse file may have any size.
        if there.st_size > most:
            raise OSError(errno.EFBIG, f"it is longer than {most:,} bytes")
        blocks, length = [content], len(content)
        while length <= most and (block := os.pread(handle, min(1 << 20, most + 1 - length), length)):
            blocks.append(block)
            length += len(block)
        content = b"".join(blocks)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is longer than {most:,} bytes")
    return content


def read(path: Path, most: int, *, follow: bool = False) -> bytes:
    """Return the bytes of the regular file at `path`.

    Raises:
        LinkInside, OSError: as `opened`; EFBIG if there are more than `most` bytes.
    """
    with opened(path, follow=follow) as handle:
        return read_to_end(handle, most)


def names(path: Path) -> list[str]:
    """Return the names in the folder at `path`, sorted.

    Raises:
        Crowded: there are more than `NAMES` in a folder of a session; no more than that were read.
        LinkInside, OSError: as `enter`.
    """
    handle = enter(path)
    try:
        return names_in(handle, str(path)) if split(path)[0] else sorted(os.listdir(handle))
    finally:
        os.close(handle)


def names_in(handle: int, shown: str) -> list[str]:
    """Return the names in an open folder, sorted; `shown` is the folder's name for the error.

    Raises:
        Crowded: as `names`.
    """
    with os.scandir(handle) as entries:
        found = [entry.name for entry in itertools.islice(entries, NAMES + 1)]
    if len(found) > NAMES:
        raise crowded(shown)
    return sorted(found)


def crowded(shown: str) -> Crowded:
    """Return the error for a folder with more names than `NAMES`."""
    return Crowded(
        f"{shown!r} holds more than {NAMES:,} files: move what does not belong to the film elsewhere, then go on"
    )


class OpenFolder:
    """An open folder whose files are read by names relative to it: 'brief.json', 'images/shot_001.json'.

    A folder in it is entered once and kept until this one is closed, which halves the cost of a path.
    """

    def __init__(self, handle: int) -> None:
        self._folders: dict[str, int] = {"": handle}

    def place(self, path: str) -> tuple[int, str]:
        """Return the handle of the folder of `path`, and its name there.

        Raises:
            OSError: that folder is not there, or is a link.
        """
        folder, _, name = path.rpartition("/")
        return self._folders.get(folder) or self.enter(folder), name

    def enter(self, folder: str) -> int:
        """Return the handle of a folder in this one; it is closed together with this one.

        Raises:
            OSError: it is not there, or is a link.
        """
        handle = self._folders.get(folder)
        if handle is None:
            above, name = self.place(folder)
            handle = self._folders[folder] = os.open(name, _FOLDER, dir_fd=above)
        return handle

    def close(self) -> None:
        """Close the folder and all folders in it."""
        for handle in self._folders.values():
            os.close(handle)
