"""An index of the pieces of a session by fingerprint: pieces in their place come before those in `takes/`.

Called by `studio/store/piece_store.py`, under its lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from studio.fs import checksums, files
from studio.model.film import Stage
from studio.model.pieces import PLANS
from studio.model.receipt import Receipt
from studio.store.receipts import piece_of, read_receipt, receipt_places

_TakeKey = tuple[Stage, str, int]
"""Stage, the shot's id, the take."""


class PieceIndex:
    """The receipts of one session folder by fingerprint: read once, then kept up to date by `add`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places: dict[str, list[Path]] | None = None
        self._bytes: dict[str, str] = {}
        """By fingerprint the SHA-256 of its pieces; '' once they differed."""
        self._by_bytes: dict[str, list[Path]] = {}
        self._by_take: dict[_TakeKey, list[Path]] = {}
        self._by_hand: dict[str, list[Path]] = {}

    def add(self, receipt: Receipt, place: Path, *, first: bool = False) -> None:
        """Add a receipt that was just written; `first` if its piece is in its place, not in `takes/`."""
        if self._places is not None:
            self._note(self._places, receipt, place, 0 if first else 1 << 30)

    def whole(self, fingerprint: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole piece with this fingerprint."""
        return _those_whole(self.with_receipt(fingerprint))

    def are_alike(self, fingerprint: str) -> bool:
        """Tell whether all pieces with this fingerprint have the same bytes, so that any of them is as good as another.

        No file is read: hundreds of silent shots have the same line.
        """
        self._read()
        return self._bytes.get(fingerprint) != ""

    def whole_take(self, stage: Stage, sha256: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole piece of a stage with these bytes."""
        self._read()
        found = _still(self._by_bytes.get(sha256, ()), lambda each: (each.stage, each.sha256) == (stage, sha256))
        return _those_whole(found)

    def whole_numbered(self, stage: Stage, shot: str, take: int) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole piece of a stage that is this take of a shot (its id).

        Of the score the shot is ''.
        """
        self._read()
        key = stage, shot, take
        return _those_whole(_still(self._by_take.get(key, ()), lambda each: _take_key(each) == key))

    def whole_by_hand(self, shot: str, direction: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole picture that a person put there for a shot (its id).

        Only those that stand for the same direction (`Shot.direction`).
        """
        self._read()
        mine = shot, direction
        found = _still(self._by_hand.get(shot, ()), lambda each: (each.shot, each.direction) == mine)
        return _those_whole(found)

    def with_receipt(self, fingerprint: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every piece with this fingerprint, whether it is whole or not."""
        return _still(self._read().get(fingerprint, ()), lambda each: each.fingerprint == fingerprint)

    def _read(self) -> dict[str, list[Path]]:
        if self._places is None:
            self._places = {}
            for place in receipt_places(self._folder):
                receipt = read_receipt(place)
                if receipt is not None:
                    self._note(self._places, receipt, place, 1 << 30)
        return self._places

    def _note(self, places: dict[str, list[Path]], receipt: Receipt, place: Path, at: int) -> None:
        places.setdefault(receipt.fingerprint, []).insert(at, place)
        if self._bytes.setdefault(receipt.fingerprint, receipt.sha256) != receipt.sha256:
            self._bytes[receipt.fingerprint] = ""
        self._by_bytes.setdefault(receipt.sha256, []).insert(at, place)
        self._by_take.setdefault(_take_key(receipt), []).insert(at, place)
        if receipt.by_hand and receipt.stage == "images" and receipt.shot:
            self._by_hand.setdefault(receipt.shot, []).insert(at, place)


def _still(places: Iterable[Path], same: Callable[[Receipt], bool]) -> Iterator[tuple[Path, Receipt]]:
    """Yield (path, receipt) of those places that still have such a receipt: another piece may have taken one since."""
    for place in list(places):
        receipt = read_receipt(place)
        if receipt is not None and same(receipt):
            yield place, receipt


def _those_whole(found: Iterable[tuple[Path, Receipt]]) -> Iterator[tuple[Path, Receipt]]:
    return ((place, receipt) for place, receipt in found if lies_whole(place, receipt))


def _take_key(receipt: Receipt) -> _TakeKey:
    return receipt.stage, receipt.shot, receipt.take


def lies_whole(place: Path, receipt: Receipt) -> bool:
    """Tell whether the piece beside the receipt at `place` is whole; a plan's receipt holds the plan."""
    if receipt.stage in PLANS:
        return receipt.content is not None
    piece = piece_of(place, receipt)
    return checksums.has(piece, receipt.sha256, receipt.bytes)


def copy_whole(place: Path, receipt: Receipt, out: Path) -> bool:
    """Copy a piece to `out`, and tell whether the copy is whole: another shot may replace the piece meanwhile."""
    try:
        files.copy(piece_of(place, receipt), out)
    except FileNotFoundError:
        return False
    return checksums.sha256_of(out) == receipt.sha256
