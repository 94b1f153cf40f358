"""What a run would find for an order, and why it would make the piece: by the rules of `studio/store/piece_store.py`.

Looks and changes nothing, so it may look at a session that somebody works on. What a crash left staged counts as not
there; the next opening of the session may still finish it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.errors import BrokenPlan
from studio.fs import files
from studio.model.film import Brief, Stage
from studio.model.receipt import Receipt
from studio.model.stages import PICTURES, PLANS, Order
from studio.planning.plan_files import reader
from studio.store.ownership import Ownership, PieceState
from studio.store.piece_index import PieceIndex

Why = Literal[
    "there",
    "by hand",
    "edited by hand",
    "kept elsewhere",
    "as another shot",
    "new",
    "missing",
    "damaged",
    "edited prompt",
    "redo",
    "new upstream",
    "other crew",
    "other options",
]
"""Why a piece is used, or made:

there, by hand, edited by hand      used as it lies at its place
kept elsewhere      used: a copy of it lies under another number, or in `takes/`
as another shot     used: this run makes the same for another shot
new                 made: it never was
missing, damaged    made again: it was
edited prompt, redo, new upstream   made anew: its words, its take, or what it builds on is another now
other crew, other options           made anew: who makes it, or the film's size, length, seed
"""


@dataclass(frozen=True)
class Prediction:
    """What lies there for an order.

    Attributes:
        used: whether the run would use it.
        receipt: of the piece that would be used; of one that must be made what lay or lies at its place.
        text: of a plan that would be used.
        reason: why a picture that lies there cannot be used.
        same: whether a piece that must be made again is one that was there before, of the same order.
    """

    used: bool
    why: Why
    receipt: Receipt | None = None
    text: str = ""
    same: bool = False
    reason: str = ""


NEVER = Prediction(False, "new")


class Lookahead:
    """Looks at one session folder."""

    def __init__(self, folder: Path, brief: Brief) -> None:
        self._folder = folder
        self._eye, self._copies = Ownership(folder, reader(brief)), PieceIndex(folder)

    def look(self, order: Order) -> Prediction:
        """Find out whether a run would use what is there for the order, or make it, and why.

        Raises:
            BrokenPlan: a plan lies there that does not validate: a run would stop.
        """
        found = self._eye.look(order)
        receipt = found.receipt
        if found.condition == "broken":
            raise BrokenPlan(found.reason)
        if found.condition == "edited":
            return Prediction(True, "edited by hand", receipt, self._text(order))
        if found.condition == "damaged" and receipt is not None and receipt.edited:
            # Put back as it was last used.
            return Prediction(True, "edited by hand", receipt, receipt.edited)
        if found.condition == "ours" and receipt is not None and receipt.fingerprint == order.fingerprint:
            return Prediction(True, "there", receipt, self._text(order))
        if found.condition == "by hand" and not _moved(order, found):
            known = receipt is not None and receipt.by_hand and receipt.fingerprint == order.fingerprint
            known = known and receipt is not None and self._eye.is_whole(receipt, order.path)
            return Prediction(True, "by hand", receipt if known else self._own(order))
        if (kept := self._kept(order, found)) is not None:
            return Prediction(True, "kept elsewhere", kept, kept.content or "")
        return self._to_make(order, found)

    def unknown(self, stage: Stage, index: int = 0) -> Prediction:
        """Look at a place whose order cannot be known, for what it builds on will be another.

        A plan edited by hand is kept all the same.
        """
        order = Order(self._folder.name, stage, index, "")
        found = self._eye.look(order)
        if stage in PLANS and found.condition in ("edited", "broken"):
            return self.look(order)
        there = found.condition not in ("nothing", "damaged")
        return Prediction(False, "new upstream" if there or found.receipt else "new", found.receipt)

    def _text(self, order: Order) -> str:
        if order.stage not in PLANS:
            return ""
        return (files.read_or_none(self._folder / order.path) or b"").decode("utf-8", "replace")

    def _own(self, order: Order) -> Receipt:
        """Return what a run would write for a picture put there by hand that it has not seen yet."""
        path = self._folder / order.path
        stat = path.stat()
        return Receipt(
            stage=order.stage,
            index=order.index,
            path=order.path,
            sha256=files.sha256_of(path),
            bytes=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            fingerprint=order.fingerprint,
            engine="by hand",
            model="",
            by_hand=True,
            made_at="",
        )

    def _kept(self, order: Order, found: PieceState) -> Receipt | None:
        removed = found.receipt if found.condition == "nothing" and found.receipt else None
        for _, receipt in self._copies.whole(order.fingerprint):
            taken_away = removed is not None and removed.by_hand and receipt.sha256 == removed.sha256
            if receipt.stage == order.stage and not taken_away:
                return receipt
        return None

    def _to_make(self, order: Order, found: PieceState) -> Prediction:
        receipt = found.receipt
        if receipt is not None and receipt.fingerprint != order.fingerprint and receipt.fingerprint in order.wanted:
            # Another shot's, which has another number now.
            return NEVER
        reason = found.reason if found.condition == "damaged" and order.stage in PICTURES else ""
        if receipt is not None and receipt.fingerprint != order.fingerprint:
            return Prediction(False, "new upstream", receipt, reason=reason)
        if found.condition == "damaged":
            return Prediction(False, "damaged", receipt, same=receipt is not None, reason=reason)
        if receipt is None:
            receipt = next((each for each in self._eye.records(order) if each.fingerprint == order.fingerprint), None)
        return NEVER if receipt is None else Prediction(False, "missing", receipt, same=True)


def _moved(order: Order, found: PieceState) -> bool:
    """Tell whether a person's picture stands for a shot that now has another number."""
    stands_for = found.receipt.fingerprint if found.receipt else order.fingerprint
    return stands_for != order.fingerprint and stands_for in order.wanted
