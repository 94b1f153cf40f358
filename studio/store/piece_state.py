"""Find out whose file is at a place of a session: nobody's, ours, a person's, an edited plan, or a damaged one.

Changes nothing. Every answer is by checksum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.errors import BrokenPlan
from studio.fs import checksums, files, safe_open
from studio.model.film import Stage
from studio.model.pieces import PICTURES, PLANS, Order, receipt_path
from studio.model.receipt import Receipt
from studio.planning.plan_diff import same_plan
from studio.store.picture_check import whole_picture
from studio.store.prefect_records import Records
from studio.store.receipts import read_receipt

Condition = Literal["nothing", "ours", "by hand", "edited", "broken", "damaged"]
"""What a place holds. 'broken' is a plan that does not validate, perhaps a person's mistake; 'damaged' is something
that no person did."""
ReadPlan = Callable[[Stage, str], object]
"""Reads a plan's text into its model; raises `BrokenPlan` if it does not validate."""


@dataclass(frozen=True)
class PieceState:
    """What is at a place: its condition, the receipt found for it, and the reason if it is not whole."""

    condition: Condition
    receipt: Receipt | None = None
    reason: str = ""


class PieceStates:
    """Looks at the places of one session folder: what each holds, and whose it is; `read_plan` validates an edited
    plan."""

    def __init__(self, folder: Path, read_plan: ReadPlan) -> None:
        self.folder = folder
        self._read_plan = read_plan
        self._records = Records(folder)

    def look(self, order: Order) -> PieceState:
        """Find out whose file is at the order's place. Changes nothing."""
        path, receipt = self.folder / order.path, read_receipt(self.folder / receipt_path(order.path))
        if files.found(path) is None:
            return PieceState("nothing", receipt)
        if not files.is_file(path):
            return PieceState("damaged", receipt, "it is not a file")
        if receipt is None:
            receipt = self._recorded(order, path)
        if receipt is not None and self.is_whole(receipt, order.path):
            by_hand: Condition = "edited" if order.stage in PLANS else "by hand"
            return PieceState(by_hand if receipt.by_hand else "ours", receipt)
        if order.stage in PLANS:
            return self._look_at_plan(order, path, receipt)
        if order.stage not in PICTURES:
            return PieceState("damaged", receipt, "it is not what its receipt says" if receipt else "it has no receipt")
        if receipt is not None and _untouched(path, receipt):
            return PieceState("damaged", receipt, "its bytes changed though nobody wrote it")
        reason = whole_picture(path)
        return PieceState("damaged", receipt, reason) if reason else PieceState("by hand", receipt)

    def _look_at_plan(self, order: Order, path: Path, receipt: Receipt | None) -> PieceState:
        content = files.read_or_none(path, safe_open.PLAN_BYTES) or b""
        try:
            text = content.decode("utf-8")
            self._read_plan(order.stage, text)
        except (UnicodeDecodeError, BrokenPlan) as error:
            torn = receipt is not None and (_untouched(path, receipt) or torn_from(content, receipt))
            if torn:
                return PieceState("damaged", receipt, "a fault tore it")
            if isinstance(error, BrokenPlan):
                return PieceState("broken", receipt, str(error))
            return PieceState("broken", receipt, f"{order.path} is not UTF-8 at byte {error.start}: save it as UTF-8")
        if receipt is not None and receipt.content and not receipt.by_hand and same_plan(receipt.content, text):
            return PieceState("ours", receipt)
        return PieceState("edited", receipt)

    def is_whole(self, receipt: Receipt, path: str) -> bool:
        """Tell whether the piece at `path` has exactly the bytes of the receipt, by size and checksum."""
        return checksums.has(self.folder / path, receipt.sha256, receipt.bytes)

    def records(self, order: Order) -> Iterator[Receipt]:
        """Yield the receipts in Prefect's records for the order's place, with any fingerprint, except damaged ones."""
        return self._records.of(order.stage, order.index, order.path)

    def record(self, order: Order) -> Receipt | None:
        """Return the receipt in Prefect's records for exactly this order; None if there is none."""
        return next(self._records.of_order(order), None)

    def _recorded(self, order: Order, path: Path) -> Receipt | None:
        """Return the receipt in Prefect's records that fits the file at `path`, whose own receipt was lost."""
        return next((each for each in self.records(order) if checksums.has(path, each.sha256, each.bytes)), None)


def _untouched(path: Path, receipt: Receipt) -> bool:
    stat = safe_open.found(path)
    return (stat.st_size, stat.st_mtime_ns) == (receipt.bytes, receipt.mtime_ns)


def torn_from(found: bytes, receipt: Receipt) -> bool:
    """Tell whether `found` is a plan damaged by a fault: cut off, overwritten with zeros, or with one bit flipped.

    No editor leaves a plan like that, so a person's mistake is not taken for a fault.
    """
    if b"\0" in found or not found.strip():
        return True
    for text in (receipt.content, receipt.edited):
        written = (text or "").encode("utf-8")
        if written.startswith(found) or _bits_apart(written, found) == 1:
            return True
    return False


def _bits_apart(one: bytes, other: bytes) -> int:
    """Count the bits that differ; -1 if the lengths differ."""
    if len(one) != len(other):
        return -1
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()
