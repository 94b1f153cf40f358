"""Decide what to do about a piece: use it as it is, keep it, put it back, copy it from elsewhere, or make it, and why.

Changes nothing, so it may look at a session that a run is working on. `PieceStore.adopt` decides here and acts;
`film plan` asks here what a run would do. What a crash left staged counts as not there; the next opening of the session
may still finish it.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.errors import BrokenPlan
from studio.fs import files
from studio.model.film import Stage
from studio.model.pieces import Order
from studio.model.receipt import Receipt
from studio.store.piece_index import PieceIndex
from studio.store.piece_state import PieceState, PieceStates

Action = Literal["use", "keep edit", "put back", "keep picture", "copy", "make"]
"""What is done:

use             the piece is in its place, with the fingerprint wanted
keep edit       keep a plan that a person edited
put back        restore a damaged plan, as a person had last edited it
keep picture    keep a picture that a person put there
copy            a piece with the fingerprint wanted is under another number, or in `takes/`
make            none of these
"""

Why = Literal[
    "there",
    "by hand",
    "edited by hand",
    "directed",
    "kept elsewhere",
    "chosen",
    "as another shot",
    "new",
    "missing",
    "damaged",
    "edited prompt",
    "redo",
    "further take",
    "own file",
    "new upstream",
    "other crew",
    "other options",
]
"""Why a piece is used, or made:

there, by hand, edited by hand, directed    used as it is, in its place; a command changed a plan that was directed
kept elsewhere      used: a copy of it is under another number, or in `takes/`
chosen              used: a copy of the take that a person chose
as another shot     used: this run makes the same for another shot
new                 made: it never existed
missing, damaged    made again: it existed before
edited prompt, redo, new upstream   made anew: its words, its take, or what it builds on changed
further take        made beside the piece that is used, and kept among the takes
own file            made of a person's own file, or of a take that a person chose
other crew, other options           made anew: who makes it changed, or the film's size, length or seed
"""


NOTHING = PieceState("nothing")


@dataclass(frozen=True)
class Decision:
    """What is to be done about the piece of an order.

    Attributes:
        found: what is at its place.
        receipt: if a piece is used, its receipt; if one is made, the receipt of what was or is at its place. None for
            a picture by hand that no run has seen yet.
        source: for a copy, the path of the receipt of what is copied.
        same: whether a piece that is made again was there before, for the same order.
    """

    action: Action
    why: Why
    found: PieceState = NOTHING
    receipt: Receipt | None = None
    source: Path | None = None
    same: bool = False

    @property
    def used(self) -> bool:
        """Whether a finished piece is used, so that none is made."""
        return self.action != "make"


NEW = Decision("make", "new")
"""The decision for every piece of a film that has no session yet."""


def decide(
    order: Order,
    states: PieceStates,
    index: PieceIndex,
    without: Container[Path] = (),
    found: PieceState | None = None,
) -> Decision:
    """Return what is to be done about the order's piece.

    Args:
        without: receipts of pieces that turned out not to be copyable.
        found: what is at the place, if that was looked up before.

    Raises:
        BrokenPlan: the plan that is there does not validate.
    """
    found = found or states.look(order)
    receipt = found.receipt
    if found.condition == "broken":
        raise BrokenPlan(found.reason)
    if found.condition == "edited":
        return Decision("keep edit", "edited by hand", found, receipt)
    if found.condition == "damaged" and receipt is not None and receipt.edited:
        return Decision("put back", "edited by hand", found, receipt)
    if found.condition == "ours" and receipt is not None and receipt.fingerprint == order.fingerprint:
        return Decision("use", "there", found, receipt)
    copy = _copy_of(order, found, index, without)
    if found.condition == "by hand" and not _moved(order, receipt) and not (copy and _anothers(order, receipt)):
        known = receipt is not None and receipt.by_hand and states.is_whole(receipt, order.path)
        if not known or receipt is None or receipt.direction in ("", order.direction):
            seen = known and receipt is not None and receipt.fingerprint == order.fingerprint
            return Decision("keep picture", "by hand", found, receipt if seen else None)
    if copy is not None:
        return Decision("copy", "chosen" if order.chosen else "kept elsewhere", found, copy[1], copy[0])
    return _to_make(order, found, states, index)


def decide_unknown(stage: Stage, number: int, states: PieceStates) -> Decision:
    """Return what is to be done about a piece whose order cannot be known yet, because what it builds on will change.

    A plan edited by hand is kept all the same.

    Raises:
        BrokenPlan: as `decide`.
    """
    found = states.look(Order(states.folder.name, stage, number, ""))
    if found.condition == "broken":
        raise BrokenPlan(found.reason)
    if found.condition == "edited":
        return Decision("keep edit", "edited by hand", found, found.receipt)
    there = found.condition not in ("nothing", "damaged") or found.receipt is not None
    return Decision("make", "new upstream" if there else "new", found, found.receipt)


def _moved(order: Order, receipt: Receipt | None) -> bool:
    """Tell whether a person's picture belongs to a shot that now has another number."""
    return receipt is not None and receipt.fingerprint != order.fingerprint and receipt.fingerprint in order.wanted


def _anothers(order: Order, receipt: Receipt | None) -> bool:
    """Tell whether a person's picture belongs to another shot, which may have left the plan."""
    return receipt is not None and receipt.shot not in ("", order.shot)


def _copy_of(
    order: Order, found: PieceState, index: PieceIndex, without: Container[Path]
) -> tuple[Path, Receipt] | None:
    removed = found.receipt if found.condition == "nothing" else None
    for place, receipt in _pieces_for(order, index):
        if receipt.stage != order.stage or place in without or (order.chosen and not order.fits(receipt)):
            continue
        if receipt.by_hand and receipt.direction not in ("", order.direction) and not order.chosen:
            # A person asked for a redo since they put it there.
            continue
        # A picture that the person took away must not come back from takes/.
        if removed is None or not removed.by_hand or receipt.sha256 != removed.sha256:
            return place, receipt
    return None


def _pieces_for(order: Order, index: PieceIndex) -> Iterable[tuple[Path, Receipt]]:
    """Return the whole pieces that may be the order's, best first; each is looked at only when it is its turn."""
    if order.chosen:
        return index.whole_take(order.stage, order.chosen)
    pieces = index.whole(order.fingerprint)
    if order.stage == "images" and order.shot and order.direction:
        pieces = itertools.chain(pieces, index.whole_by_hand(order.shot, order.direction))
    elif index.are_alike(order.fingerprint):
        return pieces
    all_of_them = list(pieces)
    if len({receipt.sha256 for _, receipt in all_of_them}) > 1:
        all_of_them.sort(key=_last_in_place)
    return all_of_them


def _last_in_place(piece: tuple[Path, Receipt]) -> tuple[bool, int]:
    """Return what sorts pieces by when they were in place last: those that are, then the last that was replaced."""
    place, _ = piece
    there = files.found(place)
    # The receipt of a take is written when it is replaced.
    return place.parent.parent.name == "takes", -(there.st_mtime_ns if there else 0)


def _to_make(order: Order, found: PieceState, states: PieceStates, index: PieceIndex) -> Decision:
    receipt = found.receipt
    if receipt is None or receipt.fingerprint != order.fingerprint:
        # Damaged or lost where its shot was before shots were inserted or moved.
        lost = next((each for _, each in index.with_receipt(order.fingerprint) if each.stage == order.stage), None)
        if lost is not None and not lost.by_hand:
            return Decision("make", "missing", found, lost, same=True)
    if _moved(order, receipt):
        return Decision("make", "new", found)
    if receipt is not None and receipt.fingerprint != order.fingerprint:
        return Decision("make", "new upstream", found, receipt)
    if found.condition == "damaged":
        return Decision("make", "damaged", found, receipt, same=receipt is not None)
    if receipt is None:
        receipt = states.record(order)
    if receipt is None:
        return Decision("make", "new", found)
    return Decision("make", "missing", found, receipt, same=True)
