"""The pieces of a session: publish, recognise, adopt and displace them.

The rules this file keeps: a piece is published whole or not at all, with its receipt; what is there is looked at
before anything is made; a person's file is used and a damaged one is put aside; nothing that was replaced is lost.
Called by the task bodies and the cache policy. Every look and every change of name happens under one lock, so that any
number of shots may shift by one at the same time; bytes are written and flushed before the lock is taken.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from studio.fs import checksums, files, safe_open
from studio.fs.disk_operations import together
from studio.model.film import Stage
from studio.model.pieces import PICTURES, PLANS, Order, owner_text, piece_at, receipt_path
from studio.model.receipt import PieceMeasures, Receipt
from studio.planning.plan_diff import same_plan
from studio.store.picture_check import few_pixels, is_torn
from studio.store.piece_index import PieceIndex, copy_whole
from studio.store.piece_state import PieceState, PieceStates, ReadPlan
from studio.store.receipts import read_receipt, receipt_bytes, staged_path
from studio.store.reuse_or_make import Decision, decide, decide_unknown
from studio.store.sidecars import is_whole, sidecar_of, write_sidecars
from studio.store.takes import keep_take, place_take, put_aside
from studio.video.pixels import upright_size


class PieceStore:
    """The pieces of one session folder.

    Args:
        folder: the session folder; the caller holds its lock.
        read_plan: validates an edited plan.
        tell: receives one line for everything a person should know: damage, edits, pictures by hand.
    """

    def __init__(self, folder: Path, read_plan: ReadPlan, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self._states = PieceStates(folder, read_plan)
        self.tell = tell
        self._lock = threading.RLock()
        self._index = PieceIndex(folder)
        self._made: set[tuple[Stage, str]] = set()

    def look(self, order: Order) -> PieceState:
        """Find out whose file is at the order's place. Changes nothing."""
        return self._states.look(order)

    def is_whole(self, receipt: Receipt, path: str) -> bool:
        """Tell whether the piece at `path` has exactly the bytes of the receipt."""
        return self._states.is_whole(receipt, path)

    def receipt_in_records(self, order: Order) -> Receipt | None:
        """Return the receipt in Prefect's records for the piece at the order's place; None if there is none.

        For a plan that was edited, return that of the plan written last.
        """
        records = [record for record in self._states.records(order) if not (order.stage in PLANS and record.by_hand)]
        if not records:
            return None
        path = self.folder / order.path
        same = [record for record in records if checksums.has(path, record.sha256, record.bytes)]
        if order.stage in PLANS:
            same = same or sorted(records, key=lambda record: record.made_at)[-1:]
        return same[0] if same else None

    def can_serve(self, order: Order, record: Receipt) -> bool:
        """Tell whether `record`, a cached result of `order`, may be used: the piece and its receipt are there, whole.

        An edited plan is whole as long as it validates: the edit is the person's, and planning again would lose it.
        """
        if record.fingerprint != order.fingerprint or record.path != order.path:
            return False
        if order.stage in PLANS:
            found = self._states.look(order)
            if found.condition == "ours":
                # All orders of a plan share one place: after a change back, a later order's plan may still be there.
                return found.receipt is not None and found.receipt.fingerprint == order.fingerprint
            return found.condition == "edited"
        receipt = read_receipt(self.folder / receipt_path(order.path))
        if receipt is None or (receipt.sha256, receipt.fingerprint) != (record.sha256, record.fingerprint):
            return False
        if not self._states.is_whole(record, order.path):
            return False
        return all(is_whole(self.folder, sidecar) for sidecar in receipt.also)

    # --- adopting ---------------------------------------------------------------------------------

    def adopt(self, order: Order) -> Receipt | None:
        """Return the receipt of a finished piece for `order`, or None if it has to be made.

        Looks under its own index, under any other, and in `takes/`; a piece found elsewhere is copied to its place.
        What was at the place is moved to `takes/`, or to `takes/damaged/` if it is damaged.

        Raises:
            BrokenPlan: the plan that is there does not validate; it is left untouched.
        """
        with self._lock:
            decision = self.decide(order)
            if decision.found.condition == "damaged" and decision.action != "put back":
                self.put_aside(order, decision.found)
            match decision.action:
                case "put back":
                    self.put_back(order, decision.found)
                    return self._keep_edit(order, self.look(order))
                case "keep edit":
                    return self._keep_edit(order, decision.found)
                case "keep picture":
                    return self._keep_picture(order, decision.receipt)
                case "use" if decision.receipt is not None:
                    return self._confirm(order, decision.receipt)
        return self._copied(order, decision)

    def decide(self, order: Order) -> Decision:
        """Return what `adopt` would do, and why. Changes nothing.

        Raises:
            BrokenPlan: the plan that is there does not validate.
        """
        return decide(order, self._states, self._index)

    def decide_unknown(self, stage: Stage, number: int = 0) -> Decision:
        """Return what is to be done about a piece whose order cannot be known yet, as
        `reuse_or_make.decide_unknown`."""
        return decide_unknown(stage, number, self._states)

    def _keep_edit(self, order: Order, found: PieceState) -> Receipt:
        path, place = self.folder / order.path, self.folder / receipt_path(order.path)
        stat, content = safe_open.found(path), files.read(path, safe_open.PLAN_BYTES).decode("utf-8")
        if found.receipt is not None and found.receipt.fingerprint != order.fingerprint:
            redone = found.receipt.redone
            how = "holds redone shots" if redone and same_plan(redone, content) else "was edited by hand"
            self.tell(f"{order.path} {how} and is kept, though what it builds on has changed since")
        receipt = Receipt(
            stage=order.stage,
            index=order.index,
            path=order.path,
            sha256=checksums.sha256_of(path),
            bytes=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            fingerprint=order.fingerprint,
            engine="by hand",
            model="",
            by_hand=True,
            made_at=found.receipt.made_at if found.receipt else "",
        ).sealed()
        if read_receipt(place) is None:
            # No receipt holds the plan as it was first written, so keep the present text: a fault must not lose it.
            files.write_whole(place, receipt_bytes(receipt.model_copy(update={"content": content})))
        return receipt

    def _confirm(self, order: Order, receipt: Receipt) -> Receipt:
        """Write the receipt and the sidecars again if they were lost, and return the receipt."""
        place = self.folder / receipt_path(order.path)
        if read_receipt(place) != receipt:
            files.write_whole(place, receipt_bytes(receipt))
        write_sidecars(self.folder, receipt, self.tell)
        return receipt.sealed()

    def _keep_picture(self, order: Order, known: Receipt | None) -> Receipt:
        """Keep a person's picture at its place; `known` is its receipt if a run has seen it before."""
        if known is not None:
            return self._confirm(order, known)
        receipt = self.by_hand(order)
        few = few_pixels(receipt.width, receipt.height)
        though = f", though {few}" if few else ""
        self.tell(f"{owner_text(order.stage, order.index)}: the picture put there by hand is used{though}")
        place = self.folder / receipt_path(order.path)
        files.write_whole(place, receipt_bytes(receipt))
        self._index.add(receipt, place, first=True)
        return receipt

    def by_hand(self, order: Order) -> Receipt:
        """Return the receipt of a picture that a person put at the order's place. Changes nothing."""
        path = self.folder / order.path
        width, height = upright_size(path)
        return self._receipt(
            order,
            path,
            PieceMeasures(width=width, height=height),
            "by hand",
            "",
            by_hand=True,
            direction=order.direction,
        ).sealed()

    def _copied(self, order: Order, decision: Decision) -> Receipt | None:
        """Publish a copy of the piece that is elsewhere, or else of the next such piece; None if none is whole."""
        tried: set[Path] = set()
        while decision.source is not None and decision.receipt is not None:
            place, receipt = decision.source, decision.receipt
            with self.hidden_path(order) as out:
                whole = order.stage in PLANS or copy_whole(place, receipt, out)
                if order.stage in PLANS:
                    out.write_text(receipt.content or "", "utf-8")
                if whole:
                    staged = self._stage(order, out, receipt)
                    with self._lock:
                        return self._put(order, out, staged)
            # The shot there got another piece in the meantime; this one is in takes/ now.
            tried.add(place)
            with self._lock:
                decision = decide(order, self._states, self._index, tried, decision.found)
        return None

    def has_take(self, stage: Stage, sha256: str) -> bool:
        """Tell whether the session holds a whole piece of a stage with these bytes, in place or in `takes/`."""
        return any(True for _ in self._index.whole_take(stage, sha256))

    def keep_given(self, order: Order, out: Path) -> Receipt:
        """Keep the picture at the hidden path `out`, which a person gave, among the takes; return its receipt."""
        width, height = upright_size(out)
        receipt = self._receipt(
            order, out, PieceMeasures(width=width, height=height), "by hand", "", by_hand=True
        ).sealed()
        return self._keep_aside(order, out, receipt)

    def _keep_aside(self, order: Order, out: Path, receipt: Receipt) -> Receipt:
        files.seal(out)
        with self._lock:
            receipt = receipt.sealed()
            with together(self.folder):
                place = place_take(self.folder, order.stage, receipt, out)
            self._index.add(receipt, place)
        return receipt

    def kept(self, order: Order) -> Receipt | None:
        """Return the receipt of a whole piece that is the further take which the order wants; None if there is none.

        It has the order's fingerprint or, of a clip, a line or the score, is this take of the shot, whatever it was
        made from: who asked for three takes of a clip has them once, and does not pay for three more when its picture
        changes.
        """
        with self._lock:
            found = self._found_aside(order)
        return found[1] if found is not None else None

    def adopt_aside(self, order: Order) -> Receipt | None:
        """Return the receipt of the further take that the order wants, as `kept`; None if it has to be made.

        One that another shot has is copied for this one.
        """
        with self._lock:
            found = self._found_aside(order)
        if found is None or found[1].shot == order.shot:
            return found[1] if found is not None else None
        place, receipt = found
        with self.hidden_path(order) as out:
            if not copy_whole(place, receipt, out):
                return None
            stat = out.stat()
            there = {"index": order.index, "path": order.path, "shot": order.shot, "mtime_ns": stat.st_mtime_ns}
            there |= _since_now(order, receipt, stat.st_mtime)
            return self._keep_aside(order, out, receipt.model_copy(update=there))

    def _found_aside(self, order: Order) -> tuple[Path, Receipt] | None:
        whole = [each for each in self._index.whole(order.fingerprint) if each[1].stage == order.stage]
        if order.take and order.stage != "images":
            whole += self._index.whole_numbered(order.stage, order.shot, order.take)
        return min(whole, key=lambda each: each[1].shot != order.shot, default=None)

    def has_copy(self, receipt: Receipt) -> bool:
        """Tell whether the session holds a whole piece with the receipt's fingerprint, in place or in `takes/`."""
        return any(True for _ in self._index.whole(receipt.fingerprint))

    # --- publishing -------------------------------------------------------------------------------

    @contextmanager
    def hidden_path(self, order: Order) -> Iterator[Path]:
        """Give a hidden path at which to make the piece; whatever is left there afterwards is removed."""
        path = self.folder / order.path
        files.make_folder(path.parent)
        out = files.hidden_beside(path)
        try:
            with files.plain_errors(path):
                yield out
        finally:
            files.remove(out)

    def publish(
        self,
        order: Order,
        out: Path,
        made: PieceMeasures,
        engine: str,
        model: str,
        *,
        seed: int | None = None,
        prompt: str | None = None,
        attempts: int = 1,
        cost_usd: float = 0.0,
        made_at: str = "",
        seconds_taken: float = 0.0,
        also: tuple[tuple[str, bytes], ...] = (),
        aside: bool = False,
    ) -> Receipt:
        """Publish the finished file at `out` as the order's piece and return its receipt.

        In this order: flush the piece's bytes, write the staged receipt, link the old piece into `takes/`, put the
        piece in place, then its sidecars, then the receipt. A crash in between leaves the old piece or the new one,
        and what is needed to finish.

        Args:
            also: the sidecars of the piece: (path relative to the session, UTF-8 bytes).
            aside: keep the piece among the takes, and what is in the order's place there. The file is placed before its
                receipt: a crash in between leaves a file without proof, which counts as not made.

        Raises:
            DiskFull, BadInput: it cannot be written; what was there before is still there.
        """
        with files.plain_errors(self.folder / order.path):
            receipt = self._receipt(
                order,
                out,
                made,
                engine,
                model,
                seed=seed,
                prompt=prompt,
                attempts=attempts,
                cost_usd=cost_usd,
                made_at=made_at,
                seconds_taken=seconds_taken,
                also=tuple(sidecar_of(*each) for each in also),
            )
            if aside:
                return self._keep_aside(order, out, receipt)
            staged = self._stage(order, out, receipt)
            with self._lock:
                self._made.add((order.stage, order.fingerprint))
                return self._put(order, out, staged)

    def was_made(self, order: Order) -> bool:
        """Tell whether a piece of this stage and fingerprint was published since the session was opened."""
        return (order.stage, order.fingerprint) in self._made

    def _stage(self, order: Order, out: Path, receipt: Receipt) -> Receipt:
        """Flush the piece, write its staged receipt and return it: the slow work, done before the lock is taken."""
        files.seal(out)
        stat = out.stat()
        receipt = receipt.model_copy(
            update={
                **_since_now(order, receipt, stat.st_mtime),
                "index": order.index,
                "path": order.path,
                "sha256": checksums.sha256_of(out),
                "bytes": stat.st_size,
                "mtime_ns": stat.st_mtime_ns,
                "fingerprint": order.fingerprint,
                "shot": order.shot or receipt.shot,
                "edited": None,
                "redone": None,
                "titled": None,
                "entry": self._entry(order),
            }
        ).sealed()
        files.write_whole(staged_path(self.folder / receipt_path(order.path)), receipt_bytes(receipt))
        return receipt

    def _entry(self, order: Order) -> int:
        # Also a plan that is planned anew must not be given once more what the journal gave the one before.
        before = read_receipt(self.folder / receipt_path(order.path)) if order.stage in PLANS else None
        return before.entry if before is not None else 0

    def _put(self, order: Order, out: Path, receipt: Receipt) -> Receipt:
        path, place = self.folder / order.path, self.folder / receipt_path(order.path)
        with together(self.folder):
            before = self.displace(order)
            files.place(out, path)
            write_sidecars(self.folder, receipt, self.tell, before)
            files.place(staged_path(place), place)
        self._index.add(receipt, place, first=True)
        return receipt

    def _receipt(
        self, order: Order, path: Path, made: PieceMeasures, engine: str, model: str, **more: object
    ) -> Receipt:
        stat = path.stat()
        content = files.read(path, safe_open.PLAN_BYTES).decode("utf-8") if order.stage in PLANS else None
        return Receipt.model_validate(
            {
                **made.model_dump(),
                "stage": order.stage,
                "index": order.index,
                "path": order.path,
                "sha256": checksums.sha256_of(path),
                "bytes": stat.st_size,
                "mtime_ns": stat.st_mtime_ns,
                "fingerprint": order.fingerprint,
                "shot": order.shot,
                "take": order.take,
                "engine": engine,
                "model": model,
                "content": content,
                "made_at": "",
                **more,
            }
        )

    # --- displacing -------------------------------------------------------------------------------

    def displace(self, order: Order) -> Receipt | None:
        """Keep the piece at the order's place in `takes/` too, because it is about to be replaced.

        Returns its receipt; None if no whole piece is there.
        """
        kept = keep_take(self.folder, order, self._states.look(order))
        if kept is None:
            return None
        place, receipt = kept
        self._index.add(receipt, place)
        return receipt

    def retire(self, stage: Stage, wanted: Container[int]) -> None:
        """Move the pieces of a stage to `takes/`, except the `wanted` numbers: their shots are no longer in the plan.

        A piece goes before its receipt, so that a crash leaves no piece without a receipt.
        """
        with self._lock:
            names = files.names((self.folder / Order("", stage, 1, "").path).parent)
            places = {piece_at(f"{stage}/{name}") for name in names}
            for number in sorted(place[1] for place in places if place and place[1] not in wanted):
                order = Order(self.folder.name, stage, number, "")
                path, place = self.folder / order.path, self.folder / receipt_path(order.path)
                found = self._states.look(order)
                if found.condition == "damaged":
                    self.put_aside(order, found)
                elif self.displace(order) is not None:
                    files.remove_durably(path)
                if not path.exists():
                    files.remove(place)

    def put_aside(self, order: Order, found: PieceState) -> None:
        """Move the damaged piece at the order's place to `takes/damaged/`, and say so."""
        aside = put_aside(self.folder, self.folder / order.path)
        whose = f"{owner_text(order.stage, order.index)}: " if order.index else ""
        if order.stage in PICTURES and not is_torn(found.reason):
            self.tell(f"{whose}{order.path} cannot be used: {found.reason}; it is kept as {aside}")
            return
        mine = found.receipt is not None and found.receipt.by_hand
        more = ": you put it there; put it there again, or the crew makes one" if mine else ""
        self.tell(f"{whose}{order.path} was damaged ({found.reason}); it is kept as {aside}{more}")

    def put_back(self, order: Order, found: PieceState) -> None:
        """Replace a damaged plan by the text in its receipt: as it was last used, or else as it was written.

        The damaged one is moved to `takes/damaged/`.
        """
        self.put_aside(order, found)
        receipt = found.receipt
        if receipt is not None and receipt.content is not None:
            files.write_whole(self.folder / order.path, (receipt.edited or receipt.content).encode("utf-8"))
            self.tell(f"{order.path} is put back as it was {'last used' if receipt.edited else 'written'}")


def _since_now(order: Order, receipt: Receipt, seconds: float) -> dict[str, object]:
    """Return what changes in the receipt of another shot's piece: this shot has it since then, seconds of the epoch."""
    if not receipt.shot or receipt.shot == order.shot or not order.shot:
        return {}
    now = datetime.fromtimestamp(seconds).isoformat(timespec="microseconds")
    return {"take": order.take, "made_at": now if receipt.made_at else ""}
