"""A session's working copy: a folder of this machine with the session's files, and how it compares with the store.

It is a session folder like any other, so every law of a folder holds in it. Small files are all here; of large ones
that nobody has opened yet only name, size and time (`studio/fs/absent.py`). Hidden names, Prefect's records and the
meta are this machine's own: they are not published.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from collections.abc import Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.errors import DamagedPiece, StoreDown
from studio.fs import absent, checksums, files, safe_open, tolerant
from studio.object_storage.bucket import Bucket
from studio.object_storage.head import DEEPEST, TRASH, File, Head, Holder, Tree, blob_key

STATE = ".store.json"
"""What this working copy last saw of the store: epoch, the copy that wrote it, the files. Hidden: not published."""
OWN_FOLDERS = ("results",)
"""Folders that are not published: Prefect's records, which are found again by adoption."""
SMALL_BYTES = 1 << 16
"""A file of at most this many bytes is fetched at once; so is every plan, receipt and caption."""
_AT_ONCE = (".json", ".srt", ".vtt", ".txt", ".md")
_BLOCK = 1 << 20
_WITH_RECEIPTS = ("cast", "images", "narration", "videos", "score", "film")
"""Stages whose pieces lie beside their receipts."""
TRIES = 3
"""How often a file is fetched anew whose connection breaks in between."""
FETCHERS = 16
"""How many files are fetched at the same time."""


@dataclass(frozen=True)
class Seen:
    """What a working copy last saw of the store."""

    epoch: int
    copy: str
    tree: dict[str, File]

    def is_ahead_of(self, head: Head, me: Holder) -> bool:
        """Tell whether this working copy wrote the head last: it then has all that the store has, or more."""
        return (self.epoch, self.copy) == (head.epoch, head.holder.copy) and self.copy == me.copy


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Hold the lock of a working copy (`studio.store.lock`) while the block runs, if nobody else does; say whether."""
    handle = safe_open.enter(folder)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def published_path(folder: Path, path: Path) -> str | None:
    """Return the path by which a file of a session is published; None for one that is this machine's own."""
    try:
        parts = path.relative_to(folder).parts
    except ValueError:
        return None
    own = not parts or parts[0] in OWN_FOLDERS or parts == (f"{folder.name}_meta.json",) or len(parts) > DEEPEST
    if own or any(part.startswith(".") or not _is_plain(part) for part in parts):
        return None
    return "/".join(parts)


def _is_plain(name: str) -> bool:
    try:
        return len(name.encode("utf-8")) <= 200 and all(ord(letter) >= 32 and letter != "\x7f" for letter in name)
    except UnicodeEncodeError:
        return False


def published(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield (path, status) of every file of a session that is published. Links are not followed and left out."""
    yield from _below(folder, folder)


def below(folder: Path, path: str) -> Iterator[str]:
    """Yield the paths of the files below a path in a session that are published; nothing if it is no folder."""
    if files.is_folder(folder / path):
        yield from (shown for shown, _ in _below(folder, folder / path))


def _below(folder: Path, place: Path) -> Iterator[tuple[str, os.stat_result]]:
    todo = [place]
    while todo:
        place = todo.pop()
        for name in files.names(place):
            path = place / name
            there = files.found(path)
            if there is None or (shown := published_path(folder, path)) is None:
                continue
            if stat.S_ISDIR(there.st_mode):
                todo.append(path)
            elif stat.S_ISREG(there.st_mode):
                yield shown, there


def send(bucket: Bucket, handle: int, there: Container[str]) -> File:
    """Send an open file's content to the store, unless it is among the checksums `there`; return checksum, size, time.

    Of an absent file nothing is sent.
    """
    status = os.fstat(handle)
    if absent.is_absent(status):
        return File(absent.digest(handle), status.st_size, status.st_mtime_ns)
    hashed, size, content = hashlib.sha256(), 0, b""
    while block := os.pread(handle, _BLOCK, size):
        hashed.update(block)
        size += len(block)
        content = block
    sha256 = hashed.hexdigest()
    if sha256 not in there:
        # A file of one block was read whole just now.
        if size == len(content):
            bucket.put(blob_key(sha256), content)
        else:
            with open(os.dup(handle), "rb") as file:
                bucket.put(blob_key(sha256), file)
    return File(sha256, size, status.st_mtime_ns)


def changed(folder: Path, tree: Tree) -> set[str]:
    """Return the paths at which the folder and the tree differ, by size and time."""
    here = {path: (there.st_size, there.st_mtime_ns) for path, there in published(folder)}
    known = {path: (file.size, file.mtime_ns) for path, file in tree.items()}
    return {path for path in here.keys() | known.keys() if here.get(path) != known.get(path)}


def seen(folder: Path) -> Seen | None:
    """Return what this working copy last saw of the store; None for none, or if that cannot be read."""
    with tolerant.entered(folder) as opened:
        told = tolerant.dict_at(opened, STATE) if opened is not None else {}
    epoch, copy, tree = told.get("epoch"), told.get("copy"), tolerant.as_dict(told.get("tree"))
    if type(epoch) is not int or not isinstance(copy, str):
        return None
    try:
        return Seen(epoch, copy, {path: File(*_three(value)) for path, value in tree.items()})
    except (TypeError, ValueError):
        return None


def _three(value: object) -> tuple[str, int, int]:
    sha256, size, mtime_ns = value if isinstance(value, list) and len(value) == 3 else (None, None, None)
    if not isinstance(sha256, str) or type(size) is not int or type(mtime_ns) is not int:
        raise ValueError(value)
    return sha256, size, mtime_ns


def note_seen(folder: Path, state: Seen) -> None:
    """Note what this working copy saw of the store."""
    tree = {path: [file.sha256, file.size, file.mtime_ns] for path, file in state.tree.items()}
    files.write_json(folder / STATE, {"epoch": state.epoch, "copy": state.copy, "tree": tree})


def is_small(path: str, file: File) -> bool:
    """Tell whether a file is fetched at once."""
    return file.size <= SMALL_BYTES or path.endswith(_AT_ONCE)


def bring(bucket: Bucket, folder: Path, tree: Tree, known: Seen | None) -> None:
    """Make the folder's files those of the tree: small ones whole, large ones absent until they are opened.

    A file here that was never published, as when the store was down and another machine went on meanwhile, is kept: a
    piece among the takes, where it is found again; a call, and its answer, where it is; anything else in
    `takes/unpublished/`.

    Args:
        known: what this working copy last saw of the store: a file here that is as it was then is simply replaced.

    Raises:
        StoreDown, DamagedPiece, DiskFull: calling it again goes on.
    """
    differing = changed(folder, tree)
    here = {path: there for path, there in published(folder) if path in differing}
    for path, there in here.items():
        before = known.tree.get(path) if known is not None else None
        same = before is not None and (before.size, before.mtime_ns) == (there.st_size, there.st_mtime_ns)
        if not same and not absent.is_absent(there):
            _keep_unpublished(folder, path, tree)
    for path in here.keys() - tree.keys():
        if not _stays(path):
            files.remove(folder / path)
    wanted = [(path, tree[path]) for path in sorted(differing) if path in tree]
    for path, file in wanted:
        if not is_small(path, file):
            _put_absent(folder / path, file)
    with ThreadPoolExecutor(FETCHERS) as pool:
        for done in [pool.submit(fetch, bucket, folder / path, file) for path, file in wanted if is_small(path, file)]:
            done.result()


def _keep_unpublished(folder: Path, path: str, tree: Tree) -> None:
    """Keep a file that only this machine has elsewhere, too: its place belongs to what the store has there."""
    above, _, name = path.rpartition("/")
    stage = above or name.partition(".")[0]
    if _stays(path) or _has(tree, folder, path):
        return
    if stage in _WITH_RECEIPTS:
        if path.endswith(".json") and all(_has(tree, folder, beside) for beside in _beside(folder, path)):
            # What it is the receipt of is not kept, because the store has it, or is not here.
            return
        kept = folder / "takes" / stage / f"unpublished-{_pair(folder, path)}{Path(name).suffix}"
    else:
        kept = folder / "takes" / "unpublished" / path
    files.keep_link(folder / path, kept)


def _has(tree: Tree, folder: Path, path: str) -> bool:
    """Tell whether the tree has at this path what is there in the folder."""
    return path in tree and checksums.sha256_of(folder / path) == tree[path].sha256


def _beside(folder: Path, receipt: str) -> list[str]:
    """Return the paths of the files of which this is the receipt."""
    place = folder / receipt
    names = [name for name in files.names(place.parent) if name != place.name and Path(name).stem == place.stem]
    return [str(place.with_name(name).relative_to(folder)) for name in names if name[0] != "."]


def _stays(path: str) -> bool:
    """Tell whether a file that only this machine has stays where it is: a call is money, a take is in nobody's way."""
    return path.startswith(("calls/", "takes/"))


def _pair(folder: Path, path: str) -> str:
    """Return what a piece and its receipt here have in common, and no other: so they stay beside each other."""
    receipt = (folder / path).with_suffix(".json")
    return checksums.sha256_of(receipt)[:16] if files.is_file(receipt) else checksums.sha256_of(folder / path)[:16]


def _put_absent(path: Path, file: File) -> None:
    files.write_absent(path, file.sha256, file.size, file.mtime_ns)


def fetch(bucket: Bucket, path: Path, file: File) -> None:
    """Fetch a file's content to `path`, whole or not at all; its checksum is compared.

    Raises:
        DamagedPiece: what the store has is not what its name says, or is gone; `path` is as it was.
        StoreDown, DiskFull: as they say; `path` is as it was.
    """

    def written(key: str) -> bool:
        for left in reversed(range(TRIES)):
            try:
                return files.write_checked(path, bucket.blocks(key), file.sha256, file.size, file.mtime_ns)
            except StoreDown:
                # A connection broke while the bytes came; that the store does not answer at all was waited for.
                if not left:
                    raise
        return False

    try:
        try:
            whole = written(blob_key(file.sha256))
        except FileNotFoundError:
            whole = written(f"{TRASH}/{file.sha256}")
    except FileNotFoundError as error:
        raise DamagedPiece(f"{path.name}: its content is not in {bucket.url} any more ({file.sha256[:12]})") from error
    if not whole:
        raise DamagedPiece(f"{path.name}: what {bucket.url} holds for it is damaged ({file.sha256[:12]})")
