"""Shelves: where a run and the workers that make its pieces hand each other files, by checksum.

A file lies on a shelf under its SHA-256, and never changes; a finished piece has a receipt under its fingerprint, which
is written once. So a piece may be asked for twice, and made twice, and still there is one. Two kinds: the bucket of a
session in object storage, and a folder beside the sessions that every worker sees.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from pydantic import Field, ValidationError

from studio.errors import BadInput, DamagedPiece
from studio.fs import files, safe_open
from studio.model.film import Sha256
from studio.model.frozen_model import FrozenModel
from studio.model.receipt import PieceMeasures
from studio.object_storage.bucket import Bucket, Taken
from studio.object_storage.head import PIECES, blob_key
from studio.store.folders import sessions_root

PREFIX = ".shelf_"
"""How the name of a session's shelf begins, in the output folder."""


class ShelfReceipt(FrozenModel):
    """A finished piece on a shelf.

    `nonce` makes every receipt differ, and `run` says for which run the piece was made.
    """

    fingerprint: Sha256
    sha256: Sha256
    bytes: int = Field(ge=0)
    measures: PieceMeasures
    seconds: float = Field(ge=0)
    worker: str
    run: str
    nonce: str = Field(default_factory=lambda: secrets.token_hex(8))


class ShelfAddress(FrozenModel):
    """Where a shelf is, as a worker is told: the URL of a store, or a folder with the word that lies in it."""

    url: str = ""
    folder: str = ""
    mark: str = ""


class Shelf(Protocol):
    """A shelf. May be used from several threads at once."""

    def offer(self, path: Path, sha256: str) -> None:
        """Put a piece of the session on the shelf, for workers to fetch."""

    def fetch(self, sha256: str, size: int, path: Path) -> None:
        """Bring a file from the shelf to `path`.

        Raises:
            DamagedPiece: it is not there, or its bytes are others; nothing is at `path`.
        """

    def receipt(self, fingerprint: str) -> ShelfReceipt | None:
        """Return the receipt of a finished piece; None if there is none that can be read."""

    def put(self, path: Path, receipt: ShelfReceipt) -> ShelfReceipt:
        """Put a finished piece on the shelf and return its receipt: the one that was first, if there is one."""

    def forget(self, fingerprint: str) -> None:
        """Remove a receipt, because its piece was taken in or cannot be."""


class BucketShelf:
    """The bucket of a session in object storage: `blobs/<sha256>`, `pieces/<fingerprint>.json`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._there: set[str] = set()

    def offer(self, path: Path, sha256: str) -> None:
        """Put the bytes of `path` into the bucket, unless this run has done so or fetched them from there."""
        if sha256 not in self._there:
            with safe_open.opened(path) as handle, os.fdopen(os.dup(handle), "rb") as content:
                self._bucket.put(blob_key(sha256), content)
            self._there.add(sha256)

    def fetch(self, sha256: str, size: int, path: Path) -> None:
        """Bring a file, as `Shelf.fetch`."""
        _fetched(self._bucket.blocks(blob_key(sha256)), sha256, size, path)
        self._there.add(sha256)

    def receipt(self, fingerprint: str) -> ShelfReceipt | None:
        """Return the receipt of a finished piece, as `Shelf.receipt`."""
        found = self._bucket.get(_receipt_key(fingerprint))
        return None if found is None else _read(found.content, fingerprint)

    def put(self, path: Path, receipt: ShelfReceipt) -> ShelfReceipt:
        """Put a finished piece into the bucket, as `Shelf.put`."""
        self.offer(path, receipt.sha256)
        try:
            self._bucket.create(_receipt_key(receipt.fingerprint), receipt.model_dump_json().encode("utf-8"))
        except Taken:
            return _first(self, path, receipt)
        return receipt

    def forget(self, fingerprint: str) -> None:
        """Remove a receipt. The piece's bytes stay: sessions name them."""
        self._bucket.delete([_receipt_key(fingerprint)])


class FolderShelf:
    """A folder on a disk that the run and all its workers see."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def marked(self) -> str:
        """Make the folder, put a new word into it and return that: a worker that finds it sees the same disk."""
        word = secrets.token_hex(8)
        files.write_whole(self.folder / "mark", word.encode("ascii"))
        return word

    def check(self, mark: str) -> None:
        """Make sure that this is the folder in which the run put its word.

        Raises:
            BadInput: it is not there, or another one.
        """
        if files.read_or_none(self.folder / "mark", safe_open.TEXT_BYTES) != mark.encode("ascii"):
            raise BadInput(
                f"it does not see {str(self.folder)!r}: keep the session where every worker sees it, in object storage "
                "(--output s3://bucket/films) or on a shared disk"
            )

    def offer(self, path: Path, sha256: str) -> None:
        """Link a file of the session into the folder, or copy it where links are not possible."""
        if not files.is_file(place := self._blob(sha256)):
            files.keep_link(path, place)

    def fetch(self, sha256: str, size: int, path: Path) -> None:
        """Bring a file, as `Shelf.fetch`."""
        _fetched(files.blocks_of(self._blob(sha256)), sha256, size, path)

    def receipt(self, fingerprint: str) -> ShelfReceipt | None:
        """Return the receipt of a finished piece, as `Shelf.receipt`."""
        content = files.read_or_none(self._receipt(fingerprint), safe_open.TEXT_BYTES)
        return None if content is None else _read(content, fingerprint)

    def put(self, path: Path, receipt: ShelfReceipt) -> ShelfReceipt:
        """Put a finished piece into the folder, as `Shelf.put`."""
        blob = self._blob(receipt.sha256)
        if not files.write_checked(blob, files.blocks_of(path), receipt.sha256, receipt.bytes, time.time_ns()):
            raise DamagedPiece(f"{path.name} changed while it was put on the shelf")
        place = self._receipt(receipt.fingerprint)
        hidden = files.hidden_beside(place)
        files.write_whole(hidden, receipt.model_dump_json().encode("utf-8"))
        return receipt if files.place_first(hidden, place) else _first(self, path, receipt)

    def forget(self, fingerprint: str) -> None:
        """Remove a receipt, and the piece's bytes with it."""
        there = self.receipt(fingerprint)
        files.remove(self._receipt(fingerprint))
        if there is not None:
            files.remove(self._blob(there.sha256))

    def clear(self) -> None:
        """Remove the folder, unless a finished piece in it was not taken in yet: the next run does that."""
        if not files.names(self.folder / "pieces"):
            files.remove_tree(self.folder)

    def _blob(self, sha256: str) -> Path:
        return self.folder / "blobs" / sha256

    def _receipt(self, fingerprint: str) -> Path:
        return self.folder / "pieces" / f"{fingerprint}.json"


def shelf_folder(session_folder: Path) -> Path:
    """Return the folder of a session's shelf, beside the folder of sessions."""
    return sessions_root(session_folder.parent.parent).parent / f"{PREFIX}{session_folder.name}"


def shelf_at(address: ShelfAddress, why_stopped: Callable[[], str] = str) -> Shelf:
    """Return the shelf that a worker was told of.

    Raises:
        BadInput: this machine does not see its folder, or cannot open its store.
    """
    if address.url:
        return BucketShelf(Bucket(address.url, why_stopped=why_stopped))
    shelf = FolderShelf(Path(address.folder))
    shelf.check(address.mark)
    return shelf


def _receipt_key(fingerprint: str) -> str:
    return f"{PIECES}/{fingerprint}.json"


def _fetched(blocks: Iterator[bytes], sha256: str, size: int, path: Path) -> None:
    try:
        whole = files.write_checked(path, blocks, sha256, size, time.time_ns())
    except FileNotFoundError as error:
        raise DamagedPiece(f"{sha256[:12]}... is not on the shelf") from error
    if not whole:
        raise DamagedPiece(f"{sha256[:12]}... is damaged on the shelf")


def _first(shelf: Shelf, path: Path, receipt: ShelfReceipt) -> ShelfReceipt:
    """Return the receipt that was there first; one that cannot be read is replaced by this one."""
    there = shelf.receipt(receipt.fingerprint)
    if there is None:
        shelf.forget(receipt.fingerprint)
        return shelf.put(path, receipt)
    return there


def _read(content: bytes, fingerprint: str) -> ShelfReceipt | None:
    try:
        receipt = ShelfReceipt.model_validate_json(content)
    except ValidationError:
        # Not written by this program, or torn.
        return None
    return receipt if receipt.fingerprint == fingerprint else None
