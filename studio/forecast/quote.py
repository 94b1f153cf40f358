"""Estimate what a piece would cost without asking a vendor: the real engine works at a desk that sends nothing.

The adapter prepares its request as usual; the desk checks whether the answer is held already, notes the request if it
is not, and stops there. So an estimate always agrees with the adapters. If a piece takes several calls, each is quoted:
the adapter supplies a stand-in answer with which it goes on to the next one. What a bad answer adds, because it must be
repaired or asked for again, is in no estimate.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PIL import Image

from studio.billing.calls import Call, held_answer
from studio.billing.prices import PriceList
from studio.errors import FilmError
from studio.model.engines import Engine
from studio.model.paid import Paid, Reply, Request, VendorError
from studio.model.pieces import Order

E = TypeVar("E", bound=Engine)
T = TypeVar("T")


@dataclass(frozen=True)
class Estimate:
    """What a piece would cost, in US dollars: from `low` to `high`, plus `unknown` calls of unknown price.

    `held` tells whether an answer that was paid for already is used.
    """

    low: float = 0.0
    high: float = 0.0
    unknown: int = 0
    held: bool = False

    def plus(self, other: Estimate) -> Estimate:
        """Return the sum of both."""
        return Estimate(
            self.low + other.low, self.high + other.high, self.unknown + other.unknown, self.held or other.held
        )


FREE = Estimate()
UNKNOWN_PRICE = Estimate(unknown=1)
"""The estimate for one call whose price is not known."""


class _Asked(Exception):
    """Raised to stop the engine: all its requests are known."""


class QuotingDesk:
    """A desk that sends nothing. Implements `studio.model.paid.CallDesk`.

    Args:
        held: returns the answer to a request that is held already, or None.
    """

    def __init__(self, held: Callable[[Request], Reply | None]) -> None:
        self._held = held
        self.requests: dict[str, Request] = {}
        """What would be sent, by digest: the same request is sent once."""
        self.used_held = False

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        """Return the result of `check` on an answer that is held; else note the request, and go on with its stand-in.

        A request without a stand-in is the last one: then the engine is stopped.
        """
        reply = self._held(request)
        if reply is not None:
            with contextlib.suppress(VendorError):
                value = check(reply)
                self.used_held = True
                return value
        self.requests[request.digest] = request
        if request.stand_in is None:
            raise _Asked
        return check(Reply(request.stand_in))


class Quoter:
    """Estimates the cost of the pieces of one session, or of a film that has no session yet.

    Args:
        scratch: an empty folder outside the session, where an engine may write.
        folder: the session's folder, where answers are held.
        calls: the session's calls.
    """

    def __init__(
        self, prices: PriceList, scratch: Path, folder: Path | None = None, calls: Iterable[Call] = ()
    ) -> None:
        self._prices, self._scratch, self._folder, self._calls = prices, scratch, folder, tuple(calls)

    def quote(self, engine: E, make: Callable[[E, Path], object], order: Order | None = None) -> Estimate:
        """Return what it would cost to make the piece with this engine.

        Args:
            make: makes the piece with the engine at a path, as the stage's task does.
            order: the piece's order, by which held answers are found; None if it cannot be known yet.
        """
        if not isinstance(engine, Paid):
            return FREE
        desk = QuotingDesk(lambda request: self._held(order, request))
        total = FREE
        try:
            make(engine.at(desk), self._scratch / "piece")
        except _Asked:
            pass
        except FilmError:
            # It would fail, or fails with what is known so far: what else it takes to make it is not known either.
            total = UNKNOWN_PRICE
        for request in desk.requests.values():
            total = total.plus(self._priced(request))
        return replace(total, held=desk.used_held)

    def blank(self) -> Path:
        """Return the path of a placeholder for a picture that is not painted yet.

        A request is billed by how many pictures it shows and how large they may be, not by what is in them.
        """
        path = self._scratch / "blank.png"
        Image.new("RGB", (8, 8)).save(path, "PNG")
        return path

    def _held(self, order: Order | None, request: Request) -> Reply | None:
        if order is None or self._folder is None:
            return None
        mine = [
            call
            for call in self._calls
            if (call.stage, call.fingerprint, call.digest) == (order.stage, order.fingerprint, request.digest)
        ]
        found = held_answer(self._folder, mine)
        return found[1] if found else None

    def _priced(self, request: Request) -> Estimate:
        high = self._prices.cost_usd(request.vendor, request.model, request.most)
        low = self._prices.cost_usd(request.vendor, request.model, request.likely or request.most)
        if high is None or low is None:
            return UNKNOWN_PRICE
        return Estimate(min(low, high), high)
