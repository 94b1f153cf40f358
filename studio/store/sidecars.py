"""Sidecars: further files of a piece, such as a film's captions, whose text its receipt holds.

So they can be written again whenever they are not as the receipt says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from studio.fs import checksums, files
from studio.model.receipt import Receipt, Sidecar
from studio.store.takes import put_aside


def sidecar_of(path: str, content: bytes) -> Sidecar:
    """Return a receipt's entry for a sidecar: `path` is relative to the session, `content` is UTF-8."""
    sha256 = hashlib.sha256(content).hexdigest()
    return Sidecar(path=path, sha256=sha256, bytes=len(content), content=content.decode("utf-8"))


def is_whole(folder: Path, sidecar: Sidecar) -> bool:
    """Tell whether a sidecar in a session's folder has exactly the bytes that its receipt says."""
    return checksums.has(folder / sidecar.path, sidecar.sha256, sidecar.bytes)


def write_sidecars(folder: Path, receipt: Receipt, tell: Callable[[str], None], before: Receipt | None = None) -> None:
    """Write those sidecars of a piece that are not there as its receipt says.

    Any other file in their place goes to `takes/damaged/`: it may be an edit. Unchanged sidecars of `before`, the piece
    that was replaced, are in its receipt, so they are replaced or removed.
    """
    old = {sidecar.path: sidecar for sidecar in before.also} if before else {}
    new = {sidecar.path: sidecar for sidecar in receipt.also}
    for path in old.keys() | new.keys():
        place = folder / path
        if path in new and is_whole(folder, new[path]):
            continue
        if path in old and is_whole(folder, old[path]):
            if path not in new:
                files.remove(place)
        elif place.exists() or place.is_symlink():
            tell(f"{path} is not as it was written; it is kept as {put_aside(folder, place)}")
        if path in new:
            files.write_whole(place, new[path].content.encode("utf-8"))
