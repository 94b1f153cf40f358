"""Put files aside: earlier versions go to `takes/`, damaged files to `takes/damaged/`; nothing is deleted.

Called by `studio/store/piece_store.py` and `studio/store/recovery.py`, under the session's lock.
"""

from __future__ import annotations

import os
from pathlib import Path

from studio.fs import checksums, files
from studio.model.film import Stage
from studio.model.pieces import PLANS, Order
from studio.model.receipt import Receipt
from studio.store.piece_state import PieceState
from studio.store.receipts import read_receipt, receipt_bytes


def keep_take(folder: Path, order: Order, found: PieceState) -> tuple[Path, Receipt] | None:
    """Link the whole piece at the order's place into `takes/`, with its receipt; it stays in its place, too.

    For a plan only the receipt is kept: it holds the text. Returns the path of the kept receipt and the receipt; None
    if there is no whole piece.
    """
    if found.condition not in ("ours", "by hand") or found.receipt is None:
        return None
    path = folder / order.path
    sha256 = checksums.sha256_of(path)
    receipt = found.receipt
    place = _take_place(folder, order.stage, receipt, sha256)
    _clear_the_way(folder, place, place.with_suffix(path.suffix))
    if order.stage not in PLANS:
        files.keep_link(path, place.with_suffix(path.suffix))
        stat = path.stat()
        receipt = receipt.model_copy(update={"sha256": sha256, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns})
    files.write_whole(place, receipt_bytes(receipt))
    return place, receipt.sealed()


def place_take(folder: Path, stage: Stage, receipt: Receipt, out: Path) -> Path:
    """Move a finished, flushed file to its place among the takes, then write its receipt; return the receipt's path."""
    place = _take_place(folder, stage, receipt, receipt.sha256)
    files.make_folder(place.parent)
    _clear_the_way(folder, place, place.with_suffix(Path(receipt.path).suffix))
    files.place(out, place.with_suffix(Path(receipt.path).suffix))
    files.write_whole(place, receipt_bytes(receipt))
    return place


def _clear_the_way(folder: Path, *wanted: Path) -> None:
    for path in wanted:
        if os.path.lexists(path) and not files.is_file(path):
            put_aside(folder, path)


def _take_place(folder: Path, stage: Stage, receipt: Receipt, sha256: str) -> Path:
    """Return where the receipt of a take belongs; where another shot has the same take, each has a copy of its own."""
    place = folder / "takes" / stage / f"{receipt.fingerprint[:16]}-{sha256[:16]}.json"
    lying = read_receipt(place)
    if lying is None or lying.shot == receipt.shot:
        return place
    return place.with_name(f"{place.stem}-{receipt.shot or 'film'}.json")


def put_aside(folder: Path, path: Path) -> str:
    """Move whatever is at `path` to `takes/damaged/` and return its new path, relative to the session."""
    aside = folder / "takes" / "damaged" / path.name.lstrip(".")
    taken, free = 0, 1
    while os.path.lexists(_numbered(aside, free)):
        taken, free = free, 2 * free
    while free - taken > 1:
        between = (taken + free) // 2
        taken, free = (between, free) if os.path.lexists(_numbered(aside, between)) else (taken, between)
    files.move(path, _numbered(aside, free))
    return str(_numbered(aside, free).relative_to(folder))


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}") if number > 1 else path
