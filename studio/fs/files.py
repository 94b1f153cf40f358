"""Durable files: every change that this program makes to a disk, and the reading of files.

A file is published whole or not at all: written beside its place under a unique hidden name, flushed, fsynced,
renamed, its folder fsynced. A crash leaves only a hidden file, which the next opening of the session removes; a file
under a visible name is always whole. Removing or moving aside is rarely flushed: a power cut may bring a file back, and
then it is removed or moved once more. Nothing here knows formats, sessions or receipts.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import os
import secrets
import stat as modes
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from studio.errors import BadInput, DiskFull, LinkInside
from studio.fs import absent, safe_open
from studio.fs.disk_operations import Disk
from studio.fs.safe_open import JSON_BYTES

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EEXIST}
_BLOCK = 1 << 20
_EARLIER_NS = 600 * 10**9
_PATIENCE = 3
"""How often a file is copied that changes meanwhile."""
_counter = itertools.count()

_disk = Disk()


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn errors of a full disk or a place that cannot be written into our one-line errors, naming `path`.

    Raises:
        DiskFull: the disk or the quota is used up.
        BadInput: the place cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull(f"no room left on the disk for {str(path)!r}: free some space, then go on") from error
        if error.errno in _NOT_ALLOWED:
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            raise BadInput(
                f"cannot write {str(path)!r} ({reason}): choose another folder with --output, or change its permissions"
            ) from error
        raise


@contextmanager
def through(other: Disk) -> Iterator[None]:
    """Make every change go through `other` while the block runs."""
    global _disk
    _disk, before = other, _disk
    try:
        yield
    finally:
        _disk = before


def make_folder(folder: Path) -> None:
    """Make `folder` and the missing folders above it, durably. An existing one is left as it is.

    Raises:
        DiskFull, BadInput: it cannot be made.
    """
    with plain_errors(folder):
        missing = list(itertools.takewhile(lambda place: not is_folder(place), (folder, *folder.parents)))
        for place in reversed(missing):
            try:
                _disk.mkdir(place)
            except FileExistsError:
                # Another process was quicker; or it is a link, and `enter` raises the error that names it.
                if not is_folder(place):
                    with contextlib.suppress(OSError):
                        os.close(safe_open.enter(place))
                    raise
            except FileNotFoundError as error:
                # The folder above exists, but nothing can be made in it, as in /proc.
                if is_folder(place.parent):
                    raise BadInput(
                        f"cannot write into {str(place.parent)!r}: choose another folder with --output"
                    ) from error
                raise
            _disk.fsync_folder(place.parent)


def place_folder(hidden: Path, folder: Path) -> bool:
    """Give a hidden folder its name, durably; return False if the name is taken. Of two calls at once, one succeeds.

    An empty folder of that name is replaced.
    """
    try:
        _disk.rename(hidden, folder)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            return False
        raise
    _disk.fsync_folder(folder.parent)
    return True


def remove_tree(folder: Path) -> None:
    """Remove a hidden folder of this program and everything in it, if it is there."""
    if folder.is_dir():
        with plain_errors(folder):
            todo, held = [folder], [folder]
            while todo:
                place = todo.pop()
                inside = [place / name for name in names(place)]
                held += inside
                todo += [path for path in inside if is_folder(path)]
            for path in reversed(held):
                _disk.rmdir(path) if is_folder(path) else _disk.unlink(path)


def hidden_beside(path: Path) -> Path:
    """Return an unused hidden path in the folder of `path`: '.shot_001.png.<unique>.part'."""
    return path.with_name(f".{path.name}.{os.getpid()}-{next(_counter)}-{secrets.token_hex(3)}.part")


def seal(path: Path) -> None:
    """Flush the bytes of a finished file to the disk."""
    # `open` gets the whole path, so that the file object's name is the path.
    with safe_open.opened(path) as handle, open(path, "rb", opener=lambda *_: os.dup(handle)) as file:
        _disk.fsync(file)


def place(hidden: Path, path: Path) -> None:
    """Rename a sealed file to `path`, replacing what is there, and make the name durable."""
    with plain_errors(path):
        _disk.rename(hidden, path)
        _disk.fsync_folder(path.parent)


def place_first(hidden: Path, path: Path) -> bool:
    """Give a sealed hidden file the name `path`, unless that is taken; tell whether. Of two calls at once one does."""
    with plain_errors(path):
        try:
            _disk.link(hidden, path)
        except FileExistsError:
            return False
        finally:
            remove(hidden)
        _disk.fsync_folder(path.parent)
        return True


class _OtherBytes(Exception):
    """What was to be written is not what it should be."""


@contextmanager
def _whole_file(path: Path, mtime_ns: int | None = None) -> Iterator[BinaryIO]:
    """Give a new, hidden file to write; once the block ends it is at `path`, whole, with this time of change if any.

    If the block raises, the hidden file is removed and what is at `path` stays.
    """
    hidden = hidden_beside(path)
    with plain_errors(path):
        try:
            with _disk.create(hidden) as file:
                yield file
                _disk.fsync(file)
            if mtime_ns is not None:
                _disk.touch(hidden, mtime_ns)
            place(hidden, path)
        except BaseException:
            remove(hidden)
            raise


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all. After a failure the old file, if any, is still there, whole.

    Raises:
        DiskFull, BadInput: as `plain_errors`; no hidden file is left.
    """
    make_folder(path.parent)
    with _whole_file(path) as file:
        _disk.write(file, content)


def write_json(path: Path, value: Mapping[str, object] | Sequence[object]) -> None:
    """Write `value` to `path` as JSON in UTF-8, as `write_whole`: indented by two, non-ASCII as it is."""
    write_whole(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))


@contextmanager
def written_whole(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Give a function that appends to a new file, which appears at `path` once the block ends, whole or not at all.

    Raises:
        DiskFull, BadInput: as `plain_errors`; no hidden file is left.
    """
    with _whole_file(path) as file:
        yield lambda content: _disk.write(file, content)


def write_blocks(path: Path, blocks: Iterable[bytes], mtime_ns: int) -> None:
    """Write the new file `path`, in a hidden folder, block by block; flush it, and set its time of change."""
    with plain_errors(path):
        with _disk.create(path) as file:
            for block in blocks:
                _disk.write(file, block)
            _disk.fsync(file)
        _disk.touch(path, mtime_ns)


def write_checked(path: Path, blocks: Iterable[bytes], sha256: str, size: int, mtime_ns: int) -> bool:
    """Write a file whole or not at all, with this time of change, if its bytes are what they should be; tell whether.

    No more than `size` bytes are taken.

    Raises:
        DiskFull, BadInput: as `plain_errors`; no hidden file is left.
    """
    make_folder(path.parent)
    hashed, left = hashlib.sha256(), size
    try:
        with _whole_file(path, mtime_ns) as file:
            for block in blocks:
                left -= len(block)
                if left < 0:
                    raise _OtherBytes
                hashed.update(block)
                _disk.write(file, block)
            if left or hashed.hexdigest() != sha256:
                raise _OtherBytes
    except _OtherBytes:
        return False
    return True


def write_absent(path: Path, sha256: str, size: int, mtime_ns: int) -> None:
    """Put an absent file (`studio/fs/absent.py`) at `path`, replacing what is there.

    Raises:
        DiskFull, BadInput: as `plain_errors`; no hidden file is left.
    """
    make_folder(path.parent)
    with _whole_file(path, mtime_ns) as file:
        absent.write_absent(file.fileno(), sha256, size)


def blocks_of(path: Path, *, follow: bool = False) -> Iterator[bytes]:
    """Yield the bytes of the regular file at `path`, in blocks of at most a mebibyte.

    Args:
        follow: as `safe_open.opened`.

    Raises:
        FileNotFoundError: nothing is there.
        LinkInside, BadInput, OSError: as `read`.
    """
    with readable(path), safe_open.opened(path, follow=follow) as handle:
        while block := os.read(handle, _BLOCK):
            yield block


def keep_link(source: Path, path: Path) -> None:
    """Keep the bytes of `source` at `path` as well: as a hard link, or as a copy if links are not possible.

    Only for a `source` that will be replaced, not written into: writing into one name of a linked file changes both.
    """
    make_folder(path.parent)
    hidden = hidden_beside(path)
    with plain_errors(path):
        try:
            try:
                _disk.link(source, hidden)
            except OSError as error:
                if error.errno in _NO_ROOM:
                    raise
                _disk.copy(source, hidden)
                seal(hidden)
            place(hidden, path)
        finally:
            # rename(2) does nothing if both names are links to one file: then the hidden one is still there.
            remove(hidden)


def make_newest(path: Path) -> None:
    """Make `path` the newest file in its folder, by setting later times back: the clock may have been set back."""
    newest = safe_open.found(path).st_mtime_ns
    for other in (path.parent / name for name in names(path.parent)):
        if other != path and safe_open.found(other).st_mtime_ns >= newest:
            _disk.touch(other, newest - _EARLIER_NS)


def touch(path: Path) -> None:
    """Set the time of last change of `path` to now."""
    _disk.touch(path)


def copy(source: Path, path: Path) -> None:
    """Copy the bytes of `source` to the hidden `path`; the caller seals and places it."""
    _disk.copy(source, path)


def copy_sealed(source: Path, path: Path) -> bool:
    """Give the new `path`, in a hidden folder, the bytes and the time of `source`, flushed.

    Return whether both share their bytes on the disk, which costs no room; writing into one leaves the other as it is.

    Raises:
        DiskFull, BadInput, OSError: it cannot be copied, or changes all the time.
    """
    with plain_errors(path):
        for _ in range(_PATIENCE):
            before = safe_open.found(source)
            try:
                _disk.clone(source, path)
                shared = True
            except OSError as error:
                if error.errno in _NO_ROOM:
                    raise
                _disk.copy(source, path)
                shared = False
            if _same(before, safe_open.found(source)):
                _disk.touch(path, before.st_mtime_ns)
                seal(path)
                return shared
            _disk.unlink(path)
    raise BadInput(f"{str(source)!r} is being written all the time: end the program that writes it, then try again")


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_size, one.st_mtime_ns) == (other.st_ino, other.st_size, other.st_mtime_ns)


def flush_folder(folder: Path) -> None:
    """Make the names in the folder durable."""
    with plain_errors(folder):
        _disk.fsync_folder(folder)


def make_hidden_folder(folder: Path) -> None:
    """Make a folder inside a hidden one; its name is not durable before the folder above is flushed."""
    with plain_errors(folder):
        _disk.mkdir(folder)


def move(source: Path, path: Path) -> None:
    """Rename `source`, a file, a folder or a link, to `path` on the same file system."""
    make_folder(path.parent)
    with plain_errors(source):
        _disk.rename(source, path)


def remove(path: Path) -> None:
    """Remove the file at `path` if it is there."""
    with plain_errors(path), contextlib.suppress(FileNotFoundError):
        _disk.unlink(path)


def remove_durably(path: Path) -> None:
    """Remove the file at `path` if it is there; no power cut brings it back."""
    remove(path)
    with plain_errors(path):
        _disk.fsync_folder(path.parent)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the error of a file that may not be read into our one-line error, naming `path`.

    Raises:
        BadInput: it may not be read.
    """
    try:
        yield
    except PermissionError as error:
        raise BadInput(f"cannot read {str(path)!r} (permission denied): change its permissions, then go on") from error


def read(path: Path, most: int = JSON_BYTES) -> bytes:
    """Return the bytes of the regular file at `path`; no link is followed.

    Raises:
        FileNotFoundError: nothing is there.
        LinkInside: a folder on the way is a link.
        BadInput: it may not be read.
        OSError: it is not a regular file, or has more than `most` bytes.
    """
    with readable(path):
        return safe_open.read(path, most)


def read_or_none(path: Path, most: int = JSON_BYTES) -> bytes | None:
    """Return the bytes at `path`, or None if there is no regular file of at most `most` bytes.

    A folder or a link there, or a link on the way, does not count as a file.

    Raises:
        BadInput: it may not be read.
    """
    try:
        return read(path, most)
    except LinkInside:
        return None
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.EINVAL, errno.EISDIR, errno.EFBIG}:
            return None
        raise


def found(path: Path) -> os.stat_result | None:
    """Return the status of what is at `path`, as lstat(2); None if there is nothing, or a link is on the way."""
    try:
        return safe_open.found(path)
    except (FileNotFoundError, NotADirectoryError, LinkInside):
        return None


def is_file(path: Path) -> bool:
    """Tell whether a regular file is at `path`; a link to a file, or a file behind a link, does not count."""
    there = found(path)
    return there is not None and modes.S_ISREG(there.st_mode)


def is_folder(path: Path) -> bool:
    """Tell whether a folder is at `path`; inside a session a link to one does not count.

    Raises:
        LinkInside: a folder on the way is a link.
    """
    try:
        with safe_open.beside(path) as (folder, _):
            return path.is_dir() if folder is None else modes.S_ISDIR(safe_open.found(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def names(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; [] if there is no folder, or it is a link or behind one.

    Raises:
        Crowded: there are more than a film's folder ever has.
        BadInput: it may not be read.
    """
    try:
        with readable(folder):
            return safe_open.names(folder)
    except (FileNotFoundError, NotADirectoryError, LinkInside):
        return []


def hidden_files(folder: Path) -> Iterator[Path]:
    """Yield the hidden files and folders directly in `folder`, in the order of their names."""
    yield from (folder / name for name in names(folder) if name.startswith("."))
