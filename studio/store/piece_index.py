"""An index of the pieces of a session by fingerprint: pieces in their place come before those in `takes/`.

Called by `studio/store/piece_store.py`, under its lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from studio.fs import files
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
        self._by_bytes: dict[str, list[Path]] = {}
        self._by_take: dict[_TakeKey, list[Path]] = {}
        self._by_hand: dict[str, list[Path]] = {}

    def add(self, receipt: Receipt, place: Path, *, first: bool = False) -> None:
        """Add a receipt that was just written; `first` if its piece is in its place, not in `takes/`."""
        if self._places is not None:
            self._note(self._places, receipt, place, 0 if first else 1 << 30)

    def whole(self, fingerprint: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole piece with this fingerprint."""
        for place, receipt in self.with_receipt(fingerprint):
            if lies_whole(place, receipt):
                yield place, receipt

    def whole_take(self, stage: Stage, sha256: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole piece of a stage with these bytes."""
        self._read()
        for place in list(self._by_bytes.get(sha256, ())):
            receipt = read_receipt(place)
            same = receipt is not None and (receipt.stage, receipt.sha256) == (stage, sha256)
            if receipt is not None and same and lies_whole(place, receipt):
                yield place, receipt

    def whole_numbered(self, stage: Stage, shot: str, take: int) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole piece of a stage that is this take of a shot (its id).

        Of the score the shot is ''.
        """
        self._read()
        for place in list(self._by_take.get((stage, shot, take), ())):
            receipt = read_receipt(place)
            if receipt is not None and _take_key(receipt) == (stage, shot, take) and lies_whole(place, receipt):
                yield place, receipt

    def whole_by_hand(self, shot: str, direction: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every whole picture that a person put there for a shot (its id).

        Only those that stand for the same direction (`Shot.direction`).
        """
        self._read()
        for place in list(self._by_hand.get(shot, ())):
            receipt = read_receipt(place)
            same = receipt is not None and (receipt.shot, receipt.direction) == (shot, direction)
            if receipt is not None and same and lies_whole(place, receipt):
                yield place, receipt

    def with_receipt(self, fingerprint: str) -> Iterator[tuple[Path, Receipt]]:
        """Yield (path of the receipt, receipt) of every piece with this fingerprint, whether it is whole or not."""
        for place in list(self._read().get(fingerprint, ())):
            # Another piece may have taken the place since.
            receipt = read_receipt(place)
            if receipt is not None and receipt.fingerprint == fingerprint:
                yield place, receipt

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
        self._by_bytes.setdefault(receipt.sha256, []).insert(at, place)
        self._by_take.setdefault(_take_key(receipt), []).insert(at, place)
        if receipt.by_hand and receipt.stage == "images" and receipt.shot:
            self._by_hand.setdefault(receipt.shot, []).insert(at, place)


def _take_key(receipt: Receipt) -> _TakeKey:
    return receipt.stage, receipt.shot, receipt.take


def lies_whole(place: Path, receipt: Receipt) -> bool:
    """Tell whether the piece beside the receipt at `place` is whole; a plan's receipt holds the plan."""
    if receipt.stage in PLANS:
        return receipt.content is not None
    piece = piece_of(place, receipt)
    return files.has(piece, receipt.sha256, receipt.bytes)


def copy_whole(place: Path, receipt: Receipt, out: Path) -> bool:
    """Copy a piece to `out`, and tell whether the copy is whole: another shot may replace the piece meanwhile."""
    try:
        files.copy(piece_of(place, receipt), out)
    except FileNotFoundError:
        return False
    return files.sha256_of(out) == receipt.sha256
