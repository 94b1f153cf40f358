"""A desk with a ledger in a folder, a fake vendor, and requests, for tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from studio.billing.desk import BillingContext, Desk
from studio.billing.ledger import Ledger
from studio.billing.prices import PriceList
from studio.billing.rate_limit import RateLimit
from studio.model.engines import AccountLimits
from studio.model.film import Stage
from studio.model.fingerprint import fingerprint
from studio.model.paid import CallKind, Reply, Request, VendorError
from studio.model.pieces import Order
from studio.model.price import Price
from studio.store.folder_store import FolderDocuments

CENTS = 4
PRICES = PriceList(
    checked="2026-01-01", price=(Price(vendor="v", model="m", per={"images": CENTS / 100, "text out": 0.001}),)
)


def order_of(index: int = 1, print_: str = "", stage: Stage = "images") -> Order:
    return Order("session_20260101_000000", stage, index, fingerprint(piece=print_ or f"{stage} {index}"))


def request_of(digest: str = "", kind: CallKind = "image", model: str = "m", tokens: int = 100) -> Request:
    most = {"text out": float(tokens)} if kind == "text" else {"images": 1.0}
    return Request("v", "v:1", model, kind, fingerprint(sent=digest), most)  # type: ignore[arg-type]


def ledger_in(folder: Path, run: str = "a", budget_usd: float | None = None) -> Ledger:
    ticks = itertools.count()
    return Ledger(FolderDocuments(folder), run, PRICES, budget_usd, lambda: f"2026-01-01T00:00:{next(ticks):06d}")


def desk_in(
    folder: Path,
    order: Order | None = None,
    *,
    run: str = "a",
    budget_usd: float | None = None,
    retry: bool = False,
    ledger: Ledger | None = None,
    limit: RateLimit | None = None,
    go_on: Callable[[], None] = lambda: None,
) -> Desk:
    limit = limit or RateLimit(AccountLimits())
    counter = BillingContext(
        ledger or ledger_in(folder, run, budget_usd), lambda account: limit, go_on, retry, "film resume x"
    )
    return Desk(counter, order or order_of())


class Vendor:
    """Returns the given answers in turn, and counts the calls; an exception among the answers is raised."""

    def __init__(self, *answers: bytes | BaseException) -> None:
        self.answers, self.asked = [*answers], 0

    def __call__(self) -> Reply:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return Reply(answer, {"images": 1.0}, f"req-{self.asked}")


def content(reply: Reply) -> bytes:
    """A check of a reply that accepts everything except b'bad'."""
    if reply.content == b"bad":
        raise VendorError("bad answer", "it is bad")
    return reply.content
