"""A person's own files of a session, in `material/`: clips, recordings, music, pictures, each under its checksum.

A plan names a file by its SHA-256 (`studio.model.film.Source`). The file is kept as it was given; what the film needs
of it, in its size, rate and length, is a piece like any other and can be made from it again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from studio.errors import BadInput, DiskFull
from studio.fs import checksums, files
from studio.model.film import STAGES
from studio.model.pieces import MATERIAL, NUMBERED, SHORT, material_path, piece_path

_SPARE = 1 << 26
"""Bytes that are left free on the disk when a file is copied into a session."""


def keep_material(folder: Path, source: Path) -> str:
    """Copy a person's file into the session, whole or not at all, and return its SHA-256; once is enough.

    Raises:
        BadInput: it cannot be read.
        DiskFull: there is no room for it; nothing is left.
    """
    sha256 = checksums.sha256_of(source)
    path = folder / material_path(sha256, source.suffix)
    if checksums.has(path, sha256, source.stat().st_size):
        return sha256
    if shutil.disk_usage(folder).free < source.stat().st_size + _SPARE:
        raise DiskFull(f"no room left on the disk for {source.name!r}: free some space, then try again")
    files.make_folder(path.parent)
    hidden = files.hidden_beside(path)
    with files.plain_errors(path):
        try:
            files.copy(source, hidden)
            files.seal(hidden)
            if checksums.sha256_of(hidden) != sha256:
                raise BadInput(f"{source.name!r} was written while it was read: try again once it is whole")
            files.place(hidden, path)
        finally:
            files.remove(hidden)
    return sha256


def find_file(folder: Path, sha256: str) -> Path | None:
    """Return the whole file of the session with this SHA-256: a person's, a take, or a piece; None if there is none."""
    named = [folder / MATERIAL / name for name in files.names(folder / MATERIAL) if name.startswith(sha256[:SHORT])]
    for stage in STAGES:
        takes = folder / "takes" / stage
        named += [takes / name for name in files.names(takes) if sha256[:SHORT] in name and not name.endswith(".json")]
    in_place = [folder / stage / name for stage in NUMBERED for name in files.names(folder / stage)]
    in_place += [folder / piece_path("score")]
    for path in (*named, *(path for path in in_place if path.suffix not in (".json", ".part", ".next"))):
        there = files.found(path)
        if there is not None and checksums.has(path, sha256, there.st_size):
            return path
    return None


def damaged_material(folder: Path) -> Iterator[str]:
    """Yield the names of those files in `material/` that are not what their names say: their checksums."""
    for name in files.names(folder / MATERIAL):
        if name.startswith("."):
            continue
        path = folder / MATERIAL / name
        there = files.found(path)
        digest, _ = checksums.digest_of(path, there.st_size if there else 0)
        if digest[:SHORT] != name.partition(".")[0]:
            yield name
