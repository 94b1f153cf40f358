"""Pack a session into one file, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.archive.contents import HeldFile, folders_of, held_files
from studio.archive.film_file import (
    FILES,
    FOLDERS,
    FORMAT,
    MANIFEST,
    MANIFEST_SUM,
    Entry,
    Manifest,
    manifest_text,
    read_manifest,
    why_not_a_path,
)
from studio.archive.room import check_room
from studio.errors import BadInput
from studio.fs import files, safe_open
from studio.store import lock
from studio.store.brief import read_brief
from studio.store.folder_walk import refuse_links

_BUFFER = 1 << 20


@dataclass(frozen=True)
class Packed:
    """A file that was written: where, of how many files, and how large it is, in bytes."""

    path: Path
    files: int
    bytes: int


def pack_session(
    folder: Path, path: Path, version: str, show_share: Callable[[float], None] = lambda share: None
) -> Packed:
    """Write the session in `folder` to the new file `path`, whole or not at all. The session is not changed.

    The same session gives the same bytes. It is read twice, because the checksums come first, and held in memory never.

    Args:
        show_share: called with the share that is done, 0 to 1.

    Raises:
        SessionLocked: a run is working on the session.
        NoSuchSession, BrokenPlan: another program wrote it, or its brief cannot be read.
        BadInput: something is at `path`, or it cannot be written; the session holds what cannot be packed, or is
            edited meanwhile.
        DiskFull: there is no room; nothing is left.
    """
    _check_place(path)
    held = lock.take(folder)
    try:
        refuse_links(folder)
        read_brief(folder)
        inside = _packable(folder)
        size, done = sum(each.bytes for each in inside), 0
        check_room(path.parent, size)

        def step(count: int) -> None:
            nonlocal done
            done += count
            show_share(done / (2 * size) if size else 1.0)

        entries = [_entry(folder, each, step) for each in inside]
        text = manifest_text(Manifest(format=FORMAT, session_id=folder.name, version=version, files=tuple(entries)))
        # As it is read where it is unpacked: a file that cannot be unpacked is not written.
        manifest = read_manifest(text, folder.name)
        written = 0
        with files.written_whole(path) as append:

            def write(content: bytes) -> int:
                nonlocal written
                append(content)
                written += len(content)
                return len(content)

            _write(folder, manifest, text, write, step)
    finally:
        held.release()
    return Packed(path, len(entries), written)


def _check_place(path: Path) -> None:
    if safe_open.split(Path(os.path.abspath(path)) if "\0" not in str(path) else path)[0]:
        raise BadInput(f"{str(path)!r} lies in a session: choose a place outside")
    try:
        placed, there = files.is_folder(path.parent), files.found(path) is not None
    except (OSError, ValueError) as error:
        raise BadInput(f"{str(path)!r} cannot be the name of a file: choose another one") from error
    if there:
        raise BadInput(f"{str(path)!r} is there already: remove it, or choose another name")
    if not placed:
        raise BadInput(f"there is no folder {str(path.parent)!r}: make it, or choose another place")


def _packable(folder: Path) -> list[HeldFile]:
    inside = held_files(folder)
    if len(inside) > FILES:
        raise BadInput(f"{folder.name} holds {len(inside):,} files, more than a film ever has: move some elsewhere")
    if (folders := len(folders_of(each.path for each in inside))) > FOLDERS:
        raise BadInput(f"{folder.name} has {folders:,} folders, more than a film ever has: move some elsewhere")
    for each in inside:
        if reason := why_not_a_path(each.path):
            raise BadInput(f"{folder.name} has a file {each.path[:80]!r}, {reason}: rename it, then try again")
    return inside


def _entry(folder: Path, each: HeldFile, step: Callable[[int], None]) -> Entry:
    hashed, length = hashlib.sha256(), 0
    for block in files.blocks_of(folder / each.path):
        hashed.update(block)
        length += len(block)
        step(len(block))
    if length != each.bytes:
        raise _changed(folder, each.path)
    return Entry(path=each.path, bytes=each.bytes, sha256=hashed.hexdigest(), mtime_ns=max(0, each.mtime_ns))


class _Sink:
    """A file for `tarfile` to write to."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self.write = write


def _write(
    folder: Path, manifest: Manifest, text: bytes, write: Callable[[bytes], int], step: Callable[[int], None]
) -> None:
    digest = f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode("ascii")
    sink: Any = _Sink(write)
    with tarfile.open(mode="w|", fileobj=sink, bufsize=_BUFFER, format=tarfile.PAX_FORMAT, encoding="utf-8") as tar:
        # Otherwise it keeps every file's head until the end.
        kept: list[object] = vars(tar)["members"]
        for name, content in ((MANIFEST, text), (MANIFEST_SUM, digest)):
            tar.addfile(_member(name, len(content), 0), io.BytesIO(content))
        for entry in manifest.files:
            source = _Checked(files.blocks_of(folder / entry.path), step)
            member = _member(f"{manifest.session_id}/{entry.path}", entry.bytes, entry.mtime_ns)
            try:
                tar.addfile(member, source)
            except OSError as error:
                if str(error) != "unexpected end of data":
                    raise
            if source.hexdigest() != entry.sha256:
                raise _changed(folder, entry.path)
            kept.clear()


def _changed(folder: Path, path: str) -> BadInput:
    return BadInput(f"{folder.name}/{path} was changed while it was packed: try again")


def _member(name: str, size: int, mtime_ns: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, mtime_ns // 10**9, 0o644
    return member


class _Checked(io.RawIOBase):
    """The bytes of some blocks as a file that `tarfile` reads, and their checksum."""

    def __init__(self, blocks: Iterator[bytes], step: Callable[[int], None]) -> None:
        self._blocks, self._step, self._left = blocks, step, b""
        self._hashed = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        while size > len(self._left):
            block = next(self._blocks, b"")
            if not block:
                break
            self._left += block
        given, self._left = self._left[:size], self._left[size:]
        self._hashed.update(given)
        self._step(len(given))
        return given

    def hexdigest(self) -> str:
        """Return the SHA-256 of all that is there, also of what was not read."""
        self._hashed.update(self._left)
        for block in self._blocks:
            self._hashed.update(block)
        self._left = b""
        return self._hashed.hexdigest()
