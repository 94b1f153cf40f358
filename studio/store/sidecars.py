"""Further files of a piece, told by its receipt: a clip's or a film's captions.

A receipt holds their text, so they are written again wherever they are not as it says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from studio.fs import files
from studio.model.receipt import Receipt, Sidecar
from studio.store.takes import put_aside


def sidecar_of(path: str, content: bytes) -> Sidecar:
    """Return what a receipt tells of a further file: `path` is relative to the session, `content` is UTF-8."""
    sha256 = hashlib.sha256(content).hexdigest()
    return Sidecar(path=path, sha256=sha256, bytes=len(content), content=content.decode("utf-8"))


def is_whole(folder: Path, sidecar: Sidecar) -> bool:
    """Tell whether a further file in a session's folder has the bytes that its receipt says."""
    return files.has(folder / sidecar.path, sidecar.sha256, sidecar.bytes)


def write_sidecars(folder: Path, receipt: Receipt, tell: Callable[[str], None], before: Receipt | None = None) -> None:
    """Write the further files of a piece where they are not there as its receipt says.

    A file in the way goes to `takes/damaged/`: it may be an edit. Those of `before`, the piece that was replaced, are
    still told by its receipt, so they are replaced or removed.
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
