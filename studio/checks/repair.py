"""Repair a session on request: damaged files go to `takes/damaged/`, everything that can be proved is put back.

`survey` says beforehand what is wrong, what would be done, what is lost and what making it again costs; `repair` does
it. Nothing is made here: the next run makes what is lost. Called by `sessions repair`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

from studio.billing.calls import held_answer, read_calls
from studio.checks.verify import FAULTS, Finding, verify
from studio.fs import files
from studio.model.film import STAGES
from studio.model.pieces import MATERIAL, PLANS, Order, owner_text, piece_at, receipt_path
from studio.model.receipt import Receipt
from studio.planning.plan_files import reader
from studio.status.meta import Meta
from studio.store import lock
from studio.store.brief import BRIEF, COPY, read_brief, restore_brief
from studio.store.folder_store import FolderDocuments
from studio.store.folder_walk import linked, refuse_links
from studio.store.material import damaged_material
from studio.store.own_files import is_given
from studio.store.piece_index import lies_whole
from studio.store.piece_store import PieceStore
from studio.store.prefect_records import Records
from studio.store.receipts import read_receipt, receipt_places
from studio.store.recovery import places, recover
from studio.store.takes import put_aside

LEAST_USD = 1e-6
"""Differences below this are rounding: sums of the same floats in another order."""


@dataclass(frozen=True)
class Mend:
    """One thing that is wrong, and what is done about it.

    Attributes:
        lost: whether a finished piece is lost: no whole copy is left.
        seconds: seconds of work to make it again, as measured when it was made.
        cost_usd: what making it again costs, as paid when it was made, less the answers that are held: they are not
            paid for again.
        unknown: whether nothing says how long it took and what it cost.
        idle: whether `repair` itself does nothing about it.
    """

    finding: Finding
    remedy: str
    lost: bool = False
    seconds: float = 0.0
    cost_usd: float = 0.0
    idle: bool = False
    unknown: bool = False


def survey(folder: Path) -> list[Mend]:
    """Return what is wrong with a session and what `repair` would do about it. Changes nothing.

    Raises:
        NoSuchSession: nothing in the folder identifies it as a session.
        BrokenPlan: neither the brief nor a copy of it can be read, so nothing can be repaired.
    """
    findings = verify(folder)
    if not findings:
        return []
    pieces = PieceStore(folder, reader(read_brief(folder)), lambda line: None)
    outside = {path.relative_to(folder).as_posix() for path in linked(folder)}
    return [_mend(pieces, finding, outside) for finding in findings if finding.what in (*FAULTS, "stale meta")]


def _mend(pieces: PieceStore, finding: Finding, outside: Container[str]) -> Mend:
    path = finding.path
    if path in (BRIEF, COPY):
        return Mend(finding, "put back: what was asked for is known")
    if finding.what == "stale meta":
        return Mend(finding, "written anew")
    if finding.what == "left over":
        return Mend(finding, "published where it proves a finished piece, else removed")
    if path in ("film.srt", "film.vtt"):
        return Mend(finding, "written again from film.json")
    if path.startswith("takes/"):
        return _taken(pieces, finding)
    if path in outside:
        return Mend(finding, "nothing: move what it leads to into its place yourself", idle=True)
    if path.startswith(f"{MATERIAL}/"):
        return Mend(finding, "moved to takes/damaged/; give it again with `film use`", lost=True, unknown=True)
    order = _order_at(pieces.folder, path)
    if order is None:
        return Mend(finding, "moved to takes/damaged/")
    place = pieces.folder / receipt_path(order.path)
    receipt = read_receipt(place) or pieces.receipt_in_records(order)
    if path != order.path:
        if receipt is not None:
            return Mend(finding, "written again from Prefect's record")
        if order.stage in PLANS:
            return Mend(finding, "nothing: the next run uses the plan as it is, as edited by hand", idle=True)
        if not os.path.lexists(pieces.folder / order.path):
            return Mend(finding, "there is no piece beside it: moved to takes/damaged/")
        said = f"nothing proves {order.path}: moved to takes/damaged/; the next run makes it again"
        return Mend(finding, said, lost=True, unknown=True)
    if order.stage in PLANS:
        if receipt is None or receipt.content is None:
            return _remade(pieces.folder, finding, receipt)
        last = receipt.edited and finding.what == "damaged"
        was = "" if finding.what == "missing" else f"what is there, your edit perhaps, goes to takes/damaged/{path}; "
        return Mend(finding, f"{was}put back as it was {'last used' if last else 'written'}")
    if receipt is not None and pieces.has_copy(receipt):
        return Mend(finding, "taken from a whole copy in the session")
    return _remade(pieces.folder, finding, receipt)


def _order_at(folder: Path, path: str) -> Order | None:
    """Return an order for the place at `path`, the path of a piece or of its receipt; None for any other path."""
    place = piece_at(path)
    return Order(folder.name, *place, "") if place else None


def _remade(folder: Path, finding: Finding, receipt: Receipt | None) -> Mend:
    seconds, cost, free = (receipt.seconds_taken, *_again_usd(folder, receipt)) if receipt else (0.0, 0.0, "")
    unknown = receipt is None
    if finding.what == "missing":
        return Mend(finding, f"the next run makes it again{free}", True, seconds, cost, idle=True, unknown=unknown)
    if receipt is not None and receipt.by_hand:
        said = "moved to takes/damaged/; you put it there: put it there again, or the crew makes one"
        return Mend(finding, said, True, seconds, cost)
    said = f"moved to takes/damaged/; the next run makes it again{free}"
    return Mend(finding, said, True, seconds, cost, unknown=unknown)


def _again_usd(folder: Path, receipt: Receipt) -> tuple[float, str]:
    """Return what making a piece again costs in US dollars, and in words how much is free, as its answers are held."""
    if not receipt.cost_usd:
        return 0.0, ""
    mine = [
        call
        for call in read_calls(folder)
        if (call.stage, call.fingerprint, call.state) == (receipt.stage, receipt.fingerprint, "done")
    ]
    held = sum(call.cost_usd or 0.0 for call in mine if held_answer(folder, [call]) is not None)
    left = max(0.0, receipt.cost_usd - held)
    if left < LEAST_USD:
        return 0.0, ", of the vendor's answer, which is held: that costs nothing"
    return left, f", of the vendor's answers as far as they are held: ${held:.4f} of it is free" if held else ""


def _taken(pieces: PieceStore, finding: Finding) -> Mend:
    place = (pieces.folder / finding.path).with_suffix(".json")
    receipt = read_receipt(place)
    lost = receipt is None or not pieces.has_copy(receipt)
    seconds, cost = (receipt.seconds_taken, _again_usd(pieces.folder, receipt)[0]) if receipt and lost else (0.0, 0.0)
    return Mend(finding, "moved to takes/damaged/; it is an earlier version, nothing needs it", lost, seconds, cost)


def repair(folder: Path, shown_folder: str, tell: Callable[[str], None]) -> None:
    """Repair what `survey` finds. What cannot be put back is moved to `takes/damaged/` and is missing from then on.

    Args:
        shown_folder: the session's folder as a person would write it, for meta.
        tell: receives one line for everything that is done.

    Raises:
        SessionLocked: a run is working on the session; nothing was changed.
        BrokenPlan: neither the brief nor a copy of it can be read; nothing was changed.
        DiskFull, BadInput: the folder cannot be written; what was done so far is whole, and the rest can be done again.
    """
    held = lock.take(folder)
    try:
        refuse_links(folder)
        restore_brief(folder, tell)
        pieces = PieceStore(folder, reader(read_brief(folder)), tell)
        recover(pieces)
        for order in places(folder):
            _repair_place(pieces, order)
        _repair_takes(pieces)
        for name in damaged_material(folder):
            kept = put_aside(folder, folder / MATERIAL / name)
            tell(f"{MATERIAL}/{name} is kept as {kept}: give it again with `film use`")
        Meta(FolderDocuments(folder), shown_folder).write()
    finally:
        held.release()


def _repair_place(pieces: PieceStore, order: Order) -> None:
    folder, found = pieces.folder, pieces.look(order)
    place = folder / receipt_path(order.path)
    if found.condition == "broken":
        pieces.put_back(order, found)
        return
    if order.stage in ("videos", "narration", "score") and is_given(folder, Records(folder), order.stage, order.index):
        # A person's own: the next run uses it.
        return
    if found.condition in ("edited", "by hand") or (found.receipt is None and found.condition == "nothing"):
        return
    if found.receipt is not None:
        # Look for the piece that is, or was, here: whole in its place, or as a whole copy elsewhere in the session.
        whole = pieces.adopt(Order(folder.name, order.stage, order.index, found.receipt.fingerprint))
        if whole is not None or found.receipt.by_hand:
            return
    else:
        pieces.put_aside(order, found)
    if os.path.lexists(place) and found.receipt is None:
        put_aside(folder, place)
    whose = f"{owner_text(order.stage, order.index)}: " if order.index else ""
    pieces.tell(f"{whose}{order.path} is lost: the next run makes it again")


def _repair_takes(pieces: PieceStore) -> None:
    folder = pieces.folder
    beside: dict[str, list[Path]] = {}
    for stage in STAGES:
        home = folder / "takes" / stage
        for name in files.names(home):
            beside.setdefault(str((home / name).with_suffix("")), []).append(home / name)
    for place in receipt_places(folder):
        receipt = read_receipt(place)
        if "takes" not in place.relative_to(folder).parts or (receipt is not None and lies_whole(place, receipt)):
            continue
        for path in beside[str(place.with_suffix(""))]:
            pieces.tell(f"{path.relative_to(folder)} is kept as {put_aside(folder, path)}")
