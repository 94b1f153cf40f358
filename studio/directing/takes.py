"""The takes of a shot, or of the score: every version that was made or put there, the one in use and the earlier ones.

They are numbered in the order in which they were made, so that a number stays the same while more are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.directing.edits import STAGE_OF, RedoStage
from studio.errors import BadInput
from studio.fs import files
from studio.model.film import Shot, Stage
from studio.model.pieces import Order, receipt_path
from studio.model.receipt import Receipt
from studio.store.receipts import piece_of, read_receipt


@dataclass(frozen=True)
class Take:
    """One take.

    Attributes:
        number: from 1, in the order in which they were made.
        shot: the shot's number; 0 for the score.
        path: where it is, relative to the session.
        in_place: whether it is in its place, and so in the film once that is cut.
    """

    number: int
    stage: RedoStage
    shot: int
    path: str
    in_place: bool
    receipt: Receipt


def takes_of(folder: Path, shots: Sequence[Shot], stage: RedoStage, number: int = 0) -> tuple[Take, ...]:
    """Return the takes of shot `number`, or of the score, in the order in which they were made.

    A take that is not whole any more, by size, is left out.
    """
    shot = shots[number - 1] if number else None
    found: dict[str, tuple[Path, Receipt, bool]] = {}
    for place, receipt, in_place in _receipts(folder, STAGE_OF[stage], number):
        if in_place or shot is None or _is_of(receipt, shot, stage):
            path = piece_of(place, receipt)
            there = files.found(path)
            if there is not None and there.st_size == receipt.bytes:
                found.setdefault(receipt.sha256, (path, receipt, in_place))
    in_order = sorted(found.values(), key=lambda each: (each[1].made_at, each[1].mtime_ns, each[1].sha256))
    return tuple(
        Take(count, stage, number, path.relative_to(folder).as_posix(), in_place, receipt)
        for count, (path, receipt, in_place) in enumerate(in_order, start=1)
    )


def take_numbered(takes: Sequence[Take], number: int, whose: str) -> Take:
    """Return the take with this number.

    Raises:
        BadInput: there is none.
    """
    if not 1 <= number <= len(takes):
        there = f"takes 1 to {len(takes)}" if len(takes) > 1 else "one take" if takes else "no takes"
        raise BadInput(f"there is no take {number} of {whose}: there {'are' if len(takes) != 1 else 'is'} {there}")
    return takes[number - 1]


def _receipts(folder: Path, stage: Stage, number: int) -> Iterator[tuple[Path, Receipt, bool]]:
    """Yield (path, receipt, whether it is in its place), the one in place first."""
    place = folder / receipt_path(Order("", stage, number, "").path)
    if (receipt := read_receipt(place)) is not None:
        yield place, receipt, True
    kept = folder / "takes" / stage
    for name in files.names(kept):
        if name.endswith(".json") and not name.startswith("."):
            receipt = read_receipt(kept / name)
            if receipt is not None and receipt.stage == stage:
                yield kept / name, receipt, False


def _is_of(receipt: Receipt, shot: Shot, stage: RedoStage) -> bool:
    """Tell whether a take is of this shot; those from before shots had ids are told by seed, or by a line's words."""
    if receipt.shot:
        return receipt.shot == shot.id
    if stage == "narration":
        return receipt.prompt == shot.narration
    return receipt.index == shot.index if receipt.seed is None else receipt.seed == shot.seed
