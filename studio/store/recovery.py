"""Clean up what a crash or a fault left in a session: finish or put back what can be proved, clear away the rest.

Called at the opening of a session and by `sessions repair`, under the session's lock.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from studio.fs import checksums, files
from studio.model.film import Stage
from studio.model.pieces import NUMBERED, PLANS, Order, piece_at, receipt_path
from studio.model.receipt import Receipt
from studio.store.folder_walk import in_the_way, refuse_links, walk
from studio.store.piece_store import PieceStore
from studio.store.receipts import read_receipt, receipt_bytes
from studio.store.sidecars import write_sidecars
from studio.store.takes import put_aside

_OURS = (".part", ".next")


def recover(pieces: PieceStore) -> None:
    """Repair what can be repaired without making anything, and tell everything a person should know.

    A staged receipt whose bytes are in place, in a hidden file beside it or, for a plan, in the receipt itself, proves
    a finished piece: it is published. All other hidden files of this program ('.<name>.<unique>.part', '.<name>.next')
    are removed; a person's own are left alone. A receipt that cannot be read is written again from Prefect's records, a
    damaged plan from its receipt. What is in the way of one of our files is put aside.
    """
    refuse_links(pieces.folder)
    _clear_the_way(pieces)
    folder = pieces.folder
    homes = (folder / "receipts", *(folder / stage for stage in NUMBERED), folder)
    hidden_files = [path for home in homes for path in files.hidden_files(home)]
    parts = _by_name(hidden_files)
    for path in hidden_files:
        if path.name.endswith(".json.next"):
            _finish(pieces, path, parts)
    for holder in [place for place, _ in walk(folder)]:
        for hidden in files.hidden_files(holder):
            if hidden.name.endswith(_OURS) and not hidden.is_symlink() and hidden.is_dir():
                put_aside(folder, hidden)
            elif hidden.name.endswith(_OURS):
                files.remove(hidden)
    for order in places(folder):
        _mend_receipt(pieces, order)
    for stage in PLANS:
        _mend_plan(pieces, Order(folder.name, stage, 0, ""))


def _clear_the_way(pieces: PieceStore) -> None:
    folder = pieces.folder
    for path in in_the_way(folder):
        pieces.tell(f"{path.relative_to(folder)} is not what belongs there; it is kept as {put_aside(folder, path)}")


def _by_name(hidden_files: Iterable[Path]) -> dict[str, list[Path]]:
    """Return the hidden files '.<name>.<unique>.part' by '<folder>/<name>', the path they were made for."""
    found: dict[str, list[Path]] = {}
    for path in hidden_files:
        if path.name.endswith(".part"):
            found.setdefault(f"{path.parent}/{path.name[1:].rsplit('.', 2)[0]}", []).append(path)
    return found


def _finish(pieces: PieceStore, staged: Path, parts: Mapping[str, Sequence[Path]]) -> None:
    folder, receipt = pieces.folder, read_receipt(staged)
    place = staged.with_name(staged.name.removeprefix(".").removesuffix(".next"))
    if receipt is None or receipt_path(receipt.path) != str(place.relative_to(folder)):
        return
    path, before = folder / receipt.path, None
    if not checksums.has(path, receipt.sha256, receipt.bytes):
        # Perhaps only the renaming is missing: the hidden file's bytes were flushed before the receipt was staged.
        beside = parts.get(str(path), ())
        sealed = next((each for each in beside if checksums.has(each, receipt.sha256, receipt.bytes)), None)
        content = (receipt.content or "").encode("utf-8")
        held = receipt.content is not None and hashlib.sha256(content).hexdigest() == receipt.sha256
        if sealed is None and not held:
            return
        if os.path.lexists(path) and not files.is_file(path):
            pieces.tell(f"{receipt.path} is not a file; it is kept as {put_aside(folder, path)}")
        before = pieces.displace(Order(folder.name, receipt.stage, receipt.index, receipt.fingerprint))
        if sealed is not None:
            files.place(sealed, path)
        else:
            files.write_whole(path, content)
    elif (lying := read_receipt(place)) is not None and _same_bytes(lying, receipt):
        # The bytes are the same but the fingerprints differ: the piece there may still be the earlier one.
        before = pieces.displace(Order(folder.name, receipt.stage, receipt.index, receipt.fingerprint))
    write_sidecars(pieces.folder, receipt, pieces.tell, before or read_receipt(place))
    files.place(staged, place)


def _same_bytes(one: Receipt, other: Receipt) -> bool:
    return one.sha256 == other.sha256 and one.fingerprint != other.fingerprint


def places(folder: Path) -> Iterator[Order]:
    """Yield an order without a fingerprint for every place that has a piece or a receipt: plans first, always all."""
    for stage in PLANS:
        yield Order(folder.name, stage, 0, "")
    found: set[tuple[Stage, int]] = {("score", 0), ("film", 0)}
    for stage in NUMBERED:
        for name in files.names(folder / stage):
            if place := piece_at(f"{stage}/{name}"):
                found.add(place)
    for stage, index in sorted(found):
        yield Order(folder.name, stage, index, "")


def _mend_receipt(pieces: PieceStore, order: Order) -> None:
    place = pieces.folder / receipt_path(order.path)
    there = os.path.lexists(place)
    # A lost receipt of any other piece is found when the piece is looked at: its bytes lead to its record.
    if read_receipt(place) is not None or not (there or order.stage in PLANS):
        return
    kept = f"; what was there is kept as {put_aside(pieces.folder, place)}" if there else ""
    record = pieces.receipt_in_records(order)
    if record is not None:
        files.write_whole(place, receipt_bytes(record))
    if there:
        what = "written again from Prefect's record" if record else "its piece has no proof now"
        pieces.tell(f"{receipt_path(order.path)} could not be read; {what}{kept}")


def _mend_plan(pieces: PieceStore, order: Order) -> None:
    """Put back a plan that is damaged, or that is gone though its receipt holds it."""
    found = pieces.look(order)
    receipt = found.receipt
    if receipt is None or receipt.content is None or found.condition not in ("damaged", "nothing"):
        return
    if found.condition == "damaged":
        pieces.put_back(order, found)
    elif receipt.edited:
        # Someone who removes an edited plan may want back the one that was planned; so keep both.
        aside = pieces.folder / "takes" / "edited" / order.path
        files.write_whole(aside, receipt.edited.encode("utf-8"))
        pieces.tell(
            f"{order.path} was edited by hand and is gone: it is put back as it was planned; the edited one is kept "
            f"as {aside.relative_to(pieces.folder)}"
        )
