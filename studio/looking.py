"""Whose file is it? What lies at a place of a session: nothing, ours, a person's, an edited plan, or damage.

Reads and judges, changes nothing. The used depth: every answer is by checksum.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio import files
from studio.edits import same_plan
from studio.errors import BrokenPlan
from studio.model import Receipt, Sidecar, Stage
from studio.orders import PLANS, Order, receipt_path
from studio.pictures import whole_picture
from studio.receipts import read_receipt

Condition = Literal["nothing", "ours", "by hand", "edited", "damaged"]
ReadPlan = Callable[[Stage, str], object]
"""Reads a plan's text into its noun; raises `BrokenPlan` where it does not validate."""


@dataclass(frozen=True)
class Found:
    """What lies at a place: its condition, the receipt that vouches for it, and a reason where it is damaged."""

    condition: Condition
    receipt: Receipt | None = None
    reason: str = ""


class Eye:
    """Looks at the pieces of one session folder; `read_plan` judges an edited plan."""

    def __init__(self, folder: Path, read_plan: ReadPlan) -> None:
        self.folder = folder
        self._read_plan = read_plan

    def look(self, order: Order) -> Found:
        """Find out whose file lies at the order's place. Changes nothing."""
        path, receipt = self.folder / order.path, read_receipt(self.folder / receipt_path(order.path))
        if not path.exists() and not path.is_symlink():
            return Found("nothing", receipt)
        if not files.is_file(path):
            return Found("damaged", receipt, "it is not a file")
        if receipt is not None and self.is_whole(receipt, order.path):
            return Found("by hand" if receipt.by_hand else "ours", receipt)
        if order.stage in PLANS:
            return self._look_at_plan(order, path, receipt)
        if receipt is None and (proof := self._recorded(order, path)) is not None:
            return Found("by hand" if proof.by_hand else "ours", proof)
        if order.stage != "images":
            return Found("damaged", receipt, "it is not what its receipt says" if receipt else "it has no receipt")
        stat = path.stat()
        if receipt is not None and (stat.st_size, stat.st_mtime_ns) == (receipt.bytes, receipt.mtime_ns):
            return Found("damaged", receipt, "its bytes changed though nobody wrote it")
        reason = whole_picture(path)
        return Found("damaged", receipt, reason) if reason else Found("by hand", receipt)

    def _look_at_plan(self, order: Order, path: Path, receipt: Receipt | None) -> Found:
        content = files.read_or_none(path) or b""
        try:
            self._read_plan(order.stage, content.decode("utf-8"))
        except UnicodeDecodeError as error:
            return Found("damaged", receipt, f"{order.path} is not UTF-8 at byte {error.start}: save it as UTF-8")
        except BrokenPlan as error:
            return Found("damaged", receipt, str(error))
        if receipt is not None and receipt.content and same_plan(receipt.content, content.decode("utf-8")):
            return Found("ours", receipt)
        return Found("edited", receipt)

    def is_whole(self, receipt: Receipt, path: str) -> bool:
        place = self.folder / path
        if not files.is_file(place) or files.sha256_of(place) != receipt.sha256:
            return False
        return all(self.sidecar_is_whole(sidecar) for sidecar in receipt.also)

    def sidecar_is_whole(self, sidecar: Sidecar) -> bool:
        place = self.folder / sidecar.path
        return files.is_file(place) and files.sha256_of(place) == sidecar.sha256

    def _recorded(self, order: Order, path: Path) -> Receipt | None:
        """Return the cached result that vouches for the file at `path` where its receipt was lost."""
        sha256 = files.sha256_of(path)
        for record in (self.folder / "results" / order.session_id / order.stage).glob(f"{order.index:03d}-*"):
            try:
                outer = json.loads(record.read_bytes())
                inner = json.loads(outer["result"])
                receipt = Receipt.model_validate(inner.get("data", inner))
            except (OSError, ValueError, KeyError, TypeError):
                # A torn record proves nothing; another one may.
                continue
            if receipt.sha256 == sha256 and receipt.path == order.path:
                return receipt
        return None
