"""Disks that fail: they end their process, have no room, may not be written, are late, or wait for a sign.

Each stands in for the disk of one run in a process of its own (`studio.fs.files.through`). Engines write past the disk;
the `touch` of a disk, at their hands, tells them.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import tasks.work
from studio.fs.disk_operations import Disk
from studio.store import lock

HOUR = timedelta(hours=1)


def die() -> None:
    """End this process as a power cut or `kill -9` does: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def halve(path: Path) -> None:
    """Leave only the first half of a file."""
    os.truncate(path, path.stat().st_size // 2)


class Watched(Disk):
    """A disk that tells `before` of every operation, just before it is done.

    `before` gets the operation's name, the path it changes and, of a write or a copy, a way to do half of it.
    """

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        """Do nothing; whoever inherits does."""

    def create(self, path: Path) -> BinaryIO:
        self.before("create", path, _nothing)
        return super().create(path)

    def write(self, file: BinaryIO, content: bytes) -> None:
        self.before("write", Path(file.name), lambda: file.write(content[: len(content) // 2]))
        super().write(file, content)

    def fsync(self, file: BinaryIO) -> None:
        self.before("fsync", Path(file.name), _nothing)
        super().fsync(file)

    def fsync_folder(self, folder: Path) -> None:
        self.before("fsync_folder", folder, _nothing)
        super().fsync_folder(folder)

    def rename(self, source: Path, target: Path) -> None:
        self.before("rename", source, _nothing)
        self.before("rename to", target, _nothing)
        super().rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        self.before("link", target, _nothing)
        super().link(source, target)

    def copy(self, source: Path, target: Path) -> None:
        self.before("copy", target, lambda: (super(Watched, self).copy(source, target), halve(target)))
        super().copy(source, target)

    def unlink(self, path: Path) -> None:
        self.before("unlink", path, _nothing)
        super().unlink(path)

    def mkdir(self, folder: Path) -> None:
        self.before("mkdir", folder, _nothing)
        super().mkdir(folder)

    def rmdir(self, folder: Path) -> None:
        self.before("rmdir", folder, _nothing)
        super().rmdir(folder)


def _nothing() -> None:
    pass


class Counted(Watched):
    """A disk that writes down the names of its operations: `names`. A rename is one.

    `born` is how many there were until the first session had its folder.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.born = 0

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        if name != "rename to":
            self.names.append(name)
        elif path.parent.name == "sessions":
            self.born = self.born or len(self.names)


class Mortal(Counted):
    """A disk whose process ends before operation `at`, counted from 0, or half way through it."""

    def __init__(self, at: int, *, inside: bool = False) -> None:
        super().__init__()
        self._at, self._inside = at, inside

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        super().before(name, path, half)
        if len(self.names) > self._at and name != "rename to":
            if self._inside:
                half()
            die()


DOOR = -1
"""Where a run waits that has chosen its session, or made it, and does not hold its lock yet."""


class Waiting(Counted):
    """A disk whose process waits before operation `at`, or at the `DOOR`.

    It says so on one pipe and waits for a sign on the other.
    """

    def __init__(self, at: int, says: int, waits: int) -> None:
        super().__init__()
        self._at, self._says, self._waits = at, says, waits

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        super().before(name, path, half)
        if self._at != DOOR and len(self.names) > self._at and name != "rename to":
            self._wait()

    def _wait(self) -> None:
        if self._says >= 0:
            os.write(self._says, b".")
            os.close(self._says)
            self._says = -1
            os.read(self._waits, 1)

    @contextmanager
    def at_the_door(self) -> Iterator[None]:
        """Wait, where that is asked, before a session's lock is taken while the block runs."""

        def take(folder: Path) -> lock.Lock:
            if self._at == DOOR and not folder.name.startswith("."):
                self._wait()
            return before(folder)

        door: Any = lock
        before, door.take = lock.take, take
        try:
            yield
        finally:
            door.take = before


NEEDS_ROOM = ("create", "write", "fsync", "mkdir", "copy", "link")
"""Operations that fail on a full disk."""


class Full(Watched):
    """A disk with no room left from its operation `at` on, counted from 0 over those that need room.

    A write or a copy that fails has written its first half.
    """

    def __init__(self, at: int) -> None:
        self._left = at

    @property
    def full(self) -> bool:
        """Whether there is no room now."""
        return self._left <= 0

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        if name not in NEEDS_ROOM:
            return
        if self.full:
            half()
            raise no_room(path)
        self._left -= 1

    def touch(self, out: Path | None) -> None:
        """Fail where an engine has written its file while there is no room; half of it is written."""
        if out is not None and self.full:
            halve(out)
            raise no_room(out)


def no_room(path: Path) -> OSError:
    """Return the error of a full disk."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


class Barred(Watched):
    """A disk that may not be changed below `folder`; the error is the one of a read-only folder or file system."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number

    def before(self, name: str, path: Path, half: Callable[[], object]) -> None:
        if self._folder not in path.parents or name.startswith(("fsync", "write")):
            return
        # A forbidden folder still says that a name is not there; a read-only file system does not look.
        if name != "unlink" or self._number == errno.EROFS or os.path.lexists(path):
            raise OSError(self._number, os.strerror(self._number), str(path))

    def touch(self, out: Path | None) -> None:
        """Fail where an engine has written below the folder; nothing of it is there."""
        if out is not None and self._folder in out.parents:
            out.unlink()
            raise OSError(self._number, os.strerror(self._number), str(out))


class Late(Disk):
    """A disk whose clock is an hour behind: files get their times from it when they are flushed."""

    def fsync(self, file: BinaryIO) -> None:
        super().fsync(file)
        then = time.time_ns() - int(HOUR.total_seconds()) * 10**9
        os.utime(file.name, ns=(then, then))


class LateClock(datetime):
    """A clock an hour behind."""

    @classmethod
    def now(cls, tz: Any = None) -> LateClock:
        return super().now(tz) - HOUR


@contextmanager
def an_hour_back() -> Iterator[None]:
    """Set the clock that receipts are dated by back while the block runs."""
    clocked: Any = tasks.work
    clocked.datetime, before = LateClock, clocked.datetime
    try:
        yield
    finally:
        clocked.datetime = before
