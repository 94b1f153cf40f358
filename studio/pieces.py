"""Finished pieces on the shelf: publishing, recognising, adopting and displacing them.

The laws this file keeps: a piece is published whole or not at all, with its receipt; what is there is looked at
before anything is made; a person's file is used and a damaged one is put aside; nothing that was replaced is lost.
Called by the task bodies and the cache policy. Every change happens under one lock, so that any number of shots may
shift by one at the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from studio import files
from studio.errors import BrokenPlan
from studio.looking import Eye, Found, ReadPlan
from studio.model import Made, Receipt, Sidecar, Stage
from studio.orders import PLANS, Order, receipt_path
from studio.receipts import artefact_of, read_receipt, receipt_bytes, staged_path


class Shelf:
    """The pieces of one session folder.

    Args:
        folder: the session folder; the caller holds its lock.
        read_plan: how an edited plan is judged.
        tell: receives one line for whatever a person should know: damage, edits, pictures by hand.
    """

    def __init__(self, folder: Path, read_plan: ReadPlan, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self._eye = Eye(folder, read_plan)
        self._tell = tell
        self._lock = threading.RLock()
        self._index: dict[str, list[Path]] | None = None

    def look(self, order: Order) -> Found:
        """Find out whose file lies at the order's place. Changes nothing."""
        return self._eye.look(order)

    def holds(self, order: Order, record: Receipt) -> bool:
        """Tell whether `record`, a cached result of `order`, may be served: artefact and receipt are there, whole.

        An edited plan is whole while it validates: the edit is the person's, and planning again would lose it.
        """
        if record.fingerprint != order.fingerprint or record.path != order.path:
            return False
        if order.stage in PLANS:
            found = self._eye.look(order)
            if found.condition == "ours":
                # A plan's place outlives its order: going back, a later order's plan may still lie there.
                return found.receipt is not None and found.receipt.fingerprint == order.fingerprint
            return found.condition == "edited"
        receipt = read_receipt(self.folder / receipt_path(order.path))
        return receipt is not None and receipt.sha256 == record.sha256 and self._eye.is_whole(record, order.path)

    # --- adopting ---------------------------------------------------------------------------------

    def adopt(self, order: Order) -> Receipt | None:
        """Return the receipt of a valid piece for `order`, put at its place if it lay elsewhere; None to make it.

        Looks under its own index, under any other, and in `takes/`. What lay at the place is displaced to `takes/`,
        or to `takes/damaged/` where it is damaged.

        Raises:
            BrokenPlan: a plan lies there that does not validate; it is left untouched.
        """
        with self._lock:
            found = self._eye.look(order)
            if found.condition == "edited":
                return self._keep_edit(order, found)
            if found.condition == "damaged":
                if order.stage in PLANS:
                    raise BrokenPlan(found.reason)
                self._put_aside(order, found)
            receipt = found.receipt
            if found.condition == "ours" and receipt is not None and receipt.fingerprint == order.fingerprint:
                return self._confirm(order, receipt)
            if found.condition == "by hand" and (kept := self._keep_picture(order, found)) is not None:
                return kept
            return self._fetch(order, found)

    def _keep_edit(self, order: Order, found: Found) -> Receipt:
        path = self.folder / order.path
        if found.receipt is not None and found.receipt.fingerprint != order.fingerprint:
            self._tell(f"{order.path} was edited by hand and is kept, though what it builds on has changed since")
        stat = path.stat()
        return Receipt(
            stage=order.stage, index=order.index, path=order.path, sha256=files.sha256_of(path), bytes=stat.st_size,
            mtime_ns=stat.st_mtime_ns, fingerprint=order.fingerprint, engine="by hand", model="", by_hand=True,
            made_at=found.receipt.made_at if found.receipt else "",
        )  # fmt: skip

    def _confirm(self, order: Order, receipt: Receipt) -> Receipt:
        """Write the receipt again where it was lost, and return it."""
        place = self.folder / receipt_path(order.path)
        if read_receipt(place) != receipt:
            files.write_whole(place, receipt_bytes(receipt))
        return receipt

    def _keep_picture(self, order: Order, found: Found) -> Receipt | None:
        """Keep a person's picture at this place, unless it belongs to a shot that now has another number."""
        stands_for = found.receipt.fingerprint if found.receipt else order.fingerprint
        if stands_for != order.fingerprint and stands_for in order.wanted:
            return None
        if found.receipt is not None and found.receipt.by_hand and stands_for == order.fingerprint:
            return self._confirm(order, found.receipt)
        path = self.folder / order.path
        with Image.open(path) as picture:
            width, height = picture.size
        receipt = self._receipt(order, path, Made(width=width, height=height), "by hand", "", by_hand=True)
        self._tell(f"shot {order.index}: the picture put there by hand is used")
        files.write_whole(self.folder / receipt_path(order.path), receipt_bytes(receipt))
        self._index = None
        return receipt

    def _fetch(self, order: Order, found: Found) -> Receipt | None:
        removed = found.receipt if found.condition == "nothing" and found.receipt else None
        for place in self._places().get(order.fingerprint, []):
            receipt = read_receipt(place)
            if receipt is None or receipt.fingerprint != order.fingerprint or receipt.stage != order.stage:
                continue
            if removed is not None and removed.by_hand and receipt.sha256 == removed.sha256:
                # The person took the picture away: it must not come back from takes/.
                continue
            artefact = artefact_of(place, receipt)
            if not files.is_file(artefact) or files.sha256_of(artefact) != receipt.sha256:
                continue
            kept = [self._kept(each, place) for each in receipt.also]
            if None in kept:
                continue
            # Before its captions are replaced: a film whose captions differ is no longer whole, and not displaced.
            self.displace(order)
            with self.fresh(order) as out:
                for sidecar, content in zip(receipt.also, kept, strict=True):
                    files.write_whole(self.folder / sidecar.path, content or b"")
                files.copy(artefact, out)
                return self._publish(order, out, receipt)
        return None

    def _kept(self, sidecar: Sidecar, place: Path) -> bytes | None:
        """Return a sidecar's bytes, from its place or from beside its displaced receipt, or None."""
        for path in (self.folder / sidecar.path, place.with_suffix(Path(sidecar.path).suffix)):
            if files.is_file(path) and files.sha256_of(path) == sidecar.sha256:
                return path.read_bytes()
        return None

    def _places(self) -> dict[str, list[Path]]:
        """Map each fingerprint to the receipts that bear it, best first: in place before `takes/`."""
        if self._index is None:
            self._index = {}
            for place in self._receipts():
                receipt = read_receipt(place)
                if receipt is not None:
                    self._index.setdefault(receipt.fingerprint, []).append(place)
        return self._index

    def _receipts(self) -> Iterator[Path]:
        for folder in ("images", "narration", "videos", "receipts", "."):
            yield from sorted((self.folder / folder).glob("[!.]*.json"))
        yield from sorted((self.folder / "takes").glob("*/[!.]*.json"))

    # --- publishing -------------------------------------------------------------------------------

    @contextmanager
    def fresh(self, order: Order) -> Iterator[Path]:
        """Lend a hidden path to make the piece at; nothing is left there afterwards unless it was published."""
        path = self.folder / order.path
        files.make_folder(path.parent)
        out = files.hidden_beside(path)
        try:
            with files.plain_errors(path):
                yield out
        finally:
            files.remove(out)

    def publish(
        self, order: Order, out: Path, made: Made, engine: str, model: str, *, seed: int | None = None,
        prompt: str | None = None, attempts: int = 1, cost_usd: float = 0.0, made_at: str = "",
        seconds_taken: float = 0.0, also: tuple[tuple[str, bytes], ...] = (),
    ) -> Receipt:  # fmt: skip
        """Publish the finished file at `out` as the order's piece and return its receipt.

        Order of events: the artefact's bytes sealed, the staged receipt, the old piece linked into `takes/`, the
        artefact, the receipt. A crash in between leaves the old piece or the new one, and the means to finish.

        Args:
            also: further files of the same piece: (path relative to the session, bytes).
        """
        with self._lock, files.plain_errors(self.folder / order.path):
            if also:
                self.displace(order)
            sidecars = tuple(self._write_sidecar(path, content) for path, content in also)
            receipt = self._receipt(
                order, out, made, engine, model, seed=seed, prompt=prompt, attempts=attempts, cost_usd=cost_usd,
                made_at=made_at, seconds_taken=seconds_taken, also=sidecars,
            )  # fmt: skip
            return self._publish(order, out, receipt)

    def _write_sidecar(self, path: str, content: bytes) -> Sidecar:
        files.write_whole(self.folder / path, content)
        return Sidecar(path=path, sha256=files.sha256_of(self.folder / path), bytes=len(content))

    def _publish(self, order: Order, out: Path, receipt: Receipt) -> Receipt:
        files.seal(out)
        path, place = self.folder / order.path, self.folder / receipt_path(order.path)
        stat = out.stat()
        receipt = receipt.model_copy(
            update={"index": order.index, "path": order.path, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        )
        files.make_folder(place.parent)
        staged = staged_path(place)
        files.write_whole(staged, receipt_bytes(receipt))
        self.displace(order)
        files.place(out, path)
        files.place(staged, place)
        if self._index is not None:
            self._index.setdefault(receipt.fingerprint, []).insert(0, place)
        return receipt

    def _receipt(self, order: Order, path: Path, made: Made, engine: str, model: str, **more: object) -> Receipt:
        stat = path.stat()
        content = path.read_text("utf-8") if order.stage in PLANS else None
        return Receipt.model_validate(
            {
                **made.model_dump(), "stage": order.stage, "index": order.index, "path": order.path,
                "sha256": files.sha256_of(path), "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns,
                "fingerprint": order.fingerprint, "engine": engine, "model": model, "content": content, "made_at": "",
                **more,
            }
        )  # fmt: skip

    # --- displacing -------------------------------------------------------------------------------

    def displace(self, order: Order) -> None:
        """Link the whole piece at the order's place into `takes/`; the place itself keeps it until it is replaced."""
        found = self._eye.look(order)
        if found.condition not in ("ours", "by hand") or found.receipt is None:
            return
        path = self.folder / order.path
        name = f"{found.receipt.fingerprint[:16]}-{files.sha256_of(path)[:16]}"
        artefact = self.folder / "takes" / order.stage / f"{name}{path.suffix if path.suffix != '.json' else '.plan'}"
        place = artefact.with_suffix(".json")
        # A plan that was only saved anew is ours, in other bytes than its receipt says.
        receipt = found.receipt.model_copy(
            update={"sha256": files.sha256_of(path), "bytes": path.stat().st_size, "mtime_ns": path.stat().st_mtime_ns}
        )
        for sidecar in found.receipt.also:
            files.keep_link(self.folder / sidecar.path, place.with_suffix(Path(sidecar.path).suffix))
        files.keep_link(path, artefact)
        files.write_whole(place, receipt_bytes(receipt))
        if self._index is not None:
            self._index.setdefault(receipt.fingerprint, []).append(place)

    def retire(self, stage: Stage, count: int) -> None:
        """Move the pieces of shots beyond `count` to `takes/`: their shots were taken out of the plan."""
        with self._lock:
            folder = (self.folder / Order("", stage, 1, "").path).parent
            for path in sorted(folder.glob("[!.]*")):
                number = path.stem.removeprefix("shot_")
                if path.suffix == ".json" or not number.isdecimal() or int(number) <= count:
                    continue
                order = Order(self.folder.name, stage, int(number), "")
                found = self._eye.look(order)
                if found.condition in ("ours", "by hand") and found.receipt is not None:
                    self.displace(order)
                    files.remove(path)
                    files.remove(self.folder / receipt_path(order.path))

    def _put_aside(self, order: Order, found: Found) -> None:
        """Move a damaged piece to `takes/damaged/`, with those of its further files that differ: they may be edits."""
        aside = self._aside(self.folder / order.path)
        for sidecar in found.receipt.also if found.receipt else ():
            path = self.folder / sidecar.path
            if path.exists() and not self._eye.sidecar_is_whole(sidecar):
                kept = self._aside(path)
                self._tell(f"{sidecar.path} is not as it was written; it is kept as {kept.relative_to(self.folder)}")
        what = f"shot {order.index}: " if order.index else ""
        self._tell(f"{what}{order.path} was damaged ({found.reason}); it is kept as {aside.relative_to(self.folder)}")

    def _aside(self, path: Path) -> Path:
        aside = self.folder / "takes" / "damaged" / path.name
        for number in range(2, 10_000):
            if not aside.exists() and not aside.is_symlink():
                break
            aside = aside.with_name(f"{path.stem}-{number}{path.suffix}")
        files.move(path, aside)
        return aside
