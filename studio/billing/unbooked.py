"""Find what the ledger lost: money that the receipts of pieces mention and no call accounts for.

Changes nothing. Called by `sessions cost` and `sessions verify`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.billing.calls import Call
from studio.model.film import Stage
from studio.store.receipts import read_receipt, receipt_places

LEAST_USD = 1e-6
"""Differences below this are rounding: sums of the same floats in another order."""


@dataclass(frozen=True)
class Gap:
    """A paid piece whose calls are lost: by its receipt it cost `usd` dollars more than is booked for it."""

    stage: Stage
    index: int
    path: str
    usd: float


def unbooked_pieces(folder: Path, calls: Sequence[Call]) -> tuple[Gap, ...]:
    """Return the pieces whose receipts name a higher cost than these calls do.

    () if there is no call at all, because then the session has no ledger.
    """
    booked: dict[tuple[str, str], float] = {}
    for call in calls:
        key = (call.stage, call.fingerprint)
        booked[key] = booked.get(key, 0.0) + ((call.cost_usd if call.paid_in else call.booked_usd) or 0.0)
    found: dict[tuple[str, str], Gap] = {}
    for place in receipt_places(folder) if calls else ():
        receipt = read_receipt(place)
        if receipt is None or receipt.by_hand:
            continue
        key = (receipt.stage, receipt.fingerprint)
        usd = receipt.cost_usd - booked.get(key, 0.0)
        if usd > LEAST_USD and key not in found:
            found[key] = Gap(receipt.stage, receipt.index, receipt.path, usd)
    return tuple(found.values())
