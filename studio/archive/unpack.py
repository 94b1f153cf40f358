"""Unpack a session from one file: everything is checked before the session appears, whole or not at all.

A file may come from anywhere. Nothing in it is a path before it was checked (`studio/archive/film_file.py`), nothing
but the manifest is held in memory, and it holds exactly what its manifest says, in that order, or it is refused.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from studio.archive.contents import flush_tree, folders_of
from studio.archive.film_file import MANIFEST, MANIFEST_BYTES, MANIFEST_SUM, Entry, Manifest, read_manifest
from studio.archive.room import check_room
from studio.errors import BadInput, BrokenPlan, NoSuchSession
from studio.fs import files, safe_open, tolerant
from studio.sessions.find_or_make import hidden_folder, place_session, sweep_abandoned
from studio.store import light_reader, lock
from studio.store.brief import read_brief, write_brief
from studio.store.folders import session_folders
from studio.store.session_names import check_name, sessions_named

_BUFFER = 1 << 16
_HEADS_BYTES = 1 << 20
"""The most that the heads between two files may take; those of this program take a hundredth of it."""
_CUT = "is cut off or damaged"


@dataclass(frozen=True)
class Unpacked:
    """A session that was unpacked, or found.

    Attributes:
        folder: its folder.
        packed_id: the id that it had where it was packed.
        files, bytes: how many files it has, and how large they are.
        there: whether it was there before, and nothing was written.
        name_taken_by: the id of another session that has its name, which it therefore did not get; '' for none.
    """

    folder: Path
    packed_id: str
    files: int
    bytes: int
    there: bool = False
    name_taken_by: str = ""


def unpack_session(root: Path, path: Path, show_share: Callable[[float], None] = lambda share: None) -> Unpacked:
    """Unpack the session in the file at `path` into `root`; one that is there already stays as it is.

    It gets the id that it had, or the next one that is free.

    Raises:
        BadInput: the file cannot be read, is damaged, or is none of this program; nothing is left.
        DiskFull: there is no room; nothing is left.
    """
    files.make_folder(root)
    sweep_abandoned(root)
    with _readable(path) as (source, size):
        packed = _Packed(source, path)
        manifest = packed.manifest()
        if manifest.bytes > size:
            raise BadInput(f"{str(path)!r} says that it holds more than it does: nothing was imported")
        folders = folders_of(each.path for each in manifest.files)
        check_room(root, manifest.bytes, len(manifest.files) + len(folders))
        moment = datetime.strptime(manifest.session_id, "session_%Y%m%d_%H%M%S")
        hidden, hold = hidden_folder(root / manifest.session_id)
        try:
            for folder in folders:
                files.make_hidden_folder(hidden / folder)
            done = 0
            for entry in manifest.files:
                files.write_blocks(hidden / entry.path, packed.blocks(manifest, entry), entry.mtime_ns)
                done += entry.bytes
                show_share(done / manifest.bytes if manifest.bytes else 1.0)
            packed.check_end()
            return _placed(root, hidden, hold, manifest, moment, path)
        finally:
            # Nothing is there any more if it was placed.
            files.remove_tree(hidden)
            hold.release()


def _placed(root: Path, hidden: Path, hold: lock.Lock, manifest: Manifest, moment: datetime, path: Path) -> Unpacked:
    try:
        brief = read_brief(hidden)
    except (BrokenPlan, NoSuchSession) as error:
        raise BadInput(f"{str(path)!r} holds no session whose brief can be read: nothing was imported") from error
    if brief.name:
        try:
            check_name(brief.name)
        except BadInput as error:
            raise BadInput(f"{str(path)!r} has a name that no film can have: nothing was imported ({error})") from error
    known = Unpacked(hidden, manifest.session_id, len(manifest.files), manifest.bytes)
    with lock.alone(root):
        if (there := _same_session(root, hidden)) is not None:
            return Unpacked(there, known.packed_id, known.files, known.bytes, there=True)
        taken = sessions_named(root, brief.name)
        if taken:
            write_brief(hidden, brief.model_copy(update={"name": ""}))
        flush_tree(hidden)
        folder = place_session(hidden, root, moment, hold)
        if folder.name != manifest.session_id:
            # It has the former id in its name, and the next run writes another.
            files.remove(folder / f"{manifest.session_id}_meta.json")
    return Unpacked(folder, known.packed_id, known.files, known.bytes, name_taken_by=taken[0].name if taken else "")


def _same_session(root: Path, hidden: Path) -> Path | None:
    """Return the folder of the session in `root` that began in the same moment with the same idea and seed."""
    wanted = _origin(hidden)
    folders = session_folders(root, lambda line: line.get("started_at") == wanted[0])
    return next((folder for folder in folders if _origin(folder) == wanted), None)


def _origin(folder: Path) -> tuple[object, ...]:
    with tolerant.entered(folder) as opened:
        brief = light_reader.brief_at(opened) if opened is not None and light_reader.has_brief(opened) else {}
    return tuple(brief.get(key) for key in ("idea", "started_at", "seed")) if brief else (folder.name,)


@contextmanager
def _readable(path: Path) -> Iterator[tuple[_Source, int]]:
    """Open a file that a person names, which may be a link; give it and its size."""
    with ExitStack() as stack:
        try:
            handle = stack.enter_context(safe_open.opened(path, follow=True))
        except (OSError, ValueError) as error:
            reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "no name of a file"
            raise BadInput(f"cannot read {str(path)!r} ({reason}): name a file that `sessions export` wrote") from error
        try:
            yield _Source(handle), os.fstat(handle).st_size
        except (tarfile.TarError, EOFError, RecursionError, ValueError, OverflowError) as error:
            raise BadInput(f"{str(path)!r} {_CUT}, or is no film of this program: nothing was imported") from error


class _Source:
    """A file for `tarfile` to read, which gives only as many bytes as are allowed: a head may name any size."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.allowed = _HEADS_BYTES

    def read(self, size: int) -> bytes:
        if self.allowed <= 0:
            raise tarfile.ReadError("the heads are longer than any of this program")
        try:
            content = os.read(self._handle, size)
        except OSError as error:
            raise tarfile.ReadError("it cannot be read") from error
        self.allowed -= len(content)
        return content


class _Packed:
    """The members of a file, one after the other."""

    def __init__(self, source: _Source, path: Path) -> None:
        self._source, self._path = source, path
        file: Any = source
        # Never closed: it holds nothing, and the handle is the caller's.
        self._tar: Any = tarfile.TarFile.open(
            mode="r|", fileobj=file, bufsize=_BUFFER, encoding="utf-8", errors="strict"
        )

    def manifest(self) -> Manifest:
        """Read the manifest and compare it with its checksum."""
        shown = repr(str(self._path))
        content, told = self._small(MANIFEST), self._small(MANIFEST_SUM)
        if told.split()[:1] != [hashlib.sha256(content).hexdigest().encode("ascii")]:
            raise BadInput(f"{shown} is damaged: its manifest is not as it was written; nothing was imported")
        return read_manifest(content, shown)

    def _small(self, name: str) -> bytes:
        member = self._next()
        if member is None or member.name != name or member.size > MANIFEST_BYTES:
            raise BadInput(f"{str(self._path)!r} {_CUT}, or is no film of this program: nothing was imported")
        return b"".join(self._blocks(member))

    def blocks(self, manifest: Manifest, entry: Entry) -> Iterator[bytes]:
        """Yield the bytes of the next file, which must be this one."""
        member, hashed = self._next(), hashlib.sha256()
        if member is None:
            raise BadInput(f"{str(self._path)!r} is cut off before {entry.path!r}: nothing was imported")
        if (member.name, member.size) != (f"{manifest.session_id}/{entry.path}", entry.bytes):
            raise BadInput(
                f"{str(self._path)!r} holds {member.name[:80]!r} where its manifest has {entry.path!r}: nothing was "
                "imported"
            )
        for block in self._blocks(member):
            hashed.update(block)
            yield block
        if hashed.hexdigest() != entry.sha256:
            raise BadInput(f"{str(self._path)!r} is damaged: {entry.path!r} has another checksum; nothing was imported")

    def check_end(self) -> None:
        """Make sure that no further file follows."""
        if (member := self._next()) is not None:
            raise BadInput(
                f"{str(self._path)!r} holds {member.name[:80]!r}, which its manifest has not: nothing was imported"
            )

    def _next(self) -> tarfile.TarInfo | None:
        self._source.allowed = _HEADS_BYTES
        member: tarfile.TarInfo | None = self._tar.next()
        self._tar.members.clear()
        if member is not None and (not member.isreg() or member.issparse() or member.size < 0):
            raise BadInput(
                f"{str(self._path)!r} holds {member.name[:80]!r}, which is no regular file: nothing was imported"
            )
        return member

    def _blocks(self, member: tarfile.TarInfo) -> Iterator[bytes]:
        self._source.allowed = member.size + _HEADS_BYTES
        file, left = self._tar.extractfile(member), member.size
        assert file is not None
        while left and (block := file.read(min(left, 1 << 20))):
            left -= len(block)
            yield block
        if left:
            raise tarfile.ReadError("unexpected end of data")
