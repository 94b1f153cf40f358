"""Write, rename, remove: the primitive operations by which this program changes a disk, one method each.

`studio/fs/files.py` builds every durable change from them. They are methods of one object so that another object can
replace it and record each operation, stop at it, or fail at it: so the crash bench can try a crash at every operation.
Each goes through `studio/fs/safe_open.py`: inside a session no link is followed, so that nothing outside it is changed.
An observer may be told of changes: a session that is kept in object storage is published from its folder here.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, Protocol

from studio.fs import safe_open


class Observer(Protocol):
    """Is told of every change of a visible file, so that it can be published elsewhere too."""

    def changing(self, *paths: Path) -> AbstractContextManager[None]:
        """Hold off whoever looks at these files as a whole while the block changes them, and note that they changed."""

    def together(self, folder: Path) -> AbstractContextManager[None]:
        """Hold off whoever looks at the session in `folder` while the block makes changes that belong together."""


_observer: Observer | None = None


def observed_by(observer: Observer | None) -> None:
    """Let `observer` be told of every change from now on; None for nobody."""
    global _observer
    _observer = observer


def together(folder: Path) -> AbstractContextManager[None]:
    """Make the changes in the block appear together wherever the session in `folder` is published."""
    return nullcontext() if _observer is None else _observer.together(folder)


def _changing(*paths: Path) -> AbstractContextManager[None]:
    return nullcontext() if _observer is None else _observer.changing(*paths)


_FICLONE = 0x40049409
"""Linux's request to share a file's bytes: _IOW(0x94, 9, int), linux/fs.h."""


class Disk:
    """The real disk.

    Every method raises `OSError` as the system call does, and `LinkInside` if a folder on the way is a link.
    """

    def create(self, path: Path) -> BinaryIO:
        """Make a new, empty file and open it for writing; if the name is taken, raise `FileExistsError`."""
        with safe_open.beside(path) as (folder, name):
            # `open` gets the whole path, so that the file object's name is the path.
            return open(path, "xb", buffering=0, opener=lambda _, flags: os.open(name, flags, 0o666, dir_fd=folder))

    def write(self, file: BinaryIO, content: bytes) -> None:
        """Append all of `content` to the file."""
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]

    def fsync(self, file: BinaryIO) -> None:
        """Make the bytes of an open file durable; its name is not."""
        os.fsync(file.fileno())

    def fsync_folder(self, folder: Path) -> None:
        """Make the names in the folder durable."""
        handle = safe_open.enter(folder)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Rename `source` to `target`, replacing what is there; the system does this whole or not at all."""
        with (
            _changing(source, target),
            safe_open.beside(source) as (old, before),
            safe_open.beside(target) as (new, after),
        ):
            os.replace(before, after, src_dir_fd=old, dst_dir_fd=new)

    def link(self, source: Path, target: Path) -> None:
        """Give the file a second name (a hard link); if links are not possible, raise `OSError`."""
        with safe_open.beside(source) as (old, before), safe_open.beside(target) as (new, after):
            os.link(before, after, src_dir_fd=old, dst_dir_fd=new, follow_symlinks=False)

    def copy(self, source: Path, target: Path) -> None:
        """Copy the bytes of `source`, a regular file, to `target`."""
        with safe_open.opened(source) as handle, safe_open.beside(target) as (folder, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            with (
                open(handle, "rb", closefd=False) as read,
                open(os.open(name, flags, 0o666, dir_fd=folder), "wb") as written,
            ):
                shutil.copyfileobj(read, written, 1 << 20)

    def clone(self, source: Path, target: Path) -> None:
        """Make `target`, a new file, share the bytes of `source` until one of them is written; else raise `OSError`.

        Only some file systems can (Btrfs, XFS, bcachefs): ioctl_ficlonerange(2).
        """
        with safe_open.opened(source) as handle, safe_open.beside(target) as (folder, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            written = os.open(name, flags, 0o666, dir_fd=folder)
            try:
                fcntl.ioctl(written, _FICLONE, handle)
            except OSError:
                os.unlink(name, dir_fd=folder)
                raise
            finally:
                os.close(written)

    def unlink(self, path: Path) -> None:
        """Remove the file; if there is none, raise `FileNotFoundError`."""
        with _changing(path), safe_open.beside(path) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def mkdir(self, folder: Path) -> None:
        """Make a folder; if the name is taken, raise `FileExistsError`."""
        with safe_open.beside(folder) as (above, name):
            os.mkdir(name, dir_fd=above)

    def rmdir(self, folder: Path) -> None:
        """Remove an empty folder."""
        with safe_open.beside(folder) as (above, name):
            os.rmdir(name, dir_fd=above)

    def touch(self, path: Path, mtime_ns: int | None = None) -> None:
        """Set the times of last access and change of the file, in nanoseconds since 1970; None for now."""
        with _changing(path), safe_open.beside(path) as (folder, name):
            moment = time.time_ns() if mtime_ns is None else mtime_ns
            os.utime(name, ns=(moment, moment), dir_fd=folder, follow_symlinks=False)
