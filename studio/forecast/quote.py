"""What a piece would cost, without asking a vendor: the real engine works at a desk that sends nothing.

The adapter prepares its request as ever; the desk looks whether the answer is held already, notes the request where it
is not, and stops there. So an estimate follows the adapters by itself. Of a piece that takes several calls each is
quoted: the adapter says with what stand-in for an answer it goes on to the next one. What a bad answer adds, that must
be repaired or asked for again, is in no estimate.
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
from studio.model.stages import Order

E = TypeVar("E", bound=Engine)
T = TypeVar("T")


@dataclass(frozen=True)
class Estimate:
    """What a piece would cost, in US dollars: from `low` to `high`; `unknown` calls of unknown price come to it.

    `held` tells that an answer that was paid for already lies here.
    """

    low: float = 0.0
    high: float = 0.0
    unknown: int = 0
    held: bool = False

    def plus(self, other: Estimate) -> Estimate:
        """Return both together."""
        return Estimate(
            self.low + other.low, self.high + other.high, self.unknown + other.unknown, self.held or other.held
        )


FREE = Estimate()
UNTOLD = Estimate(unknown=1)
"""A call whose price is not known."""


class _Asked(Exception):
    """All requests are known: nothing more is needed of the engine."""


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
        """Return what `check` makes of an answer that is held; else note the request, and go on with its stand-in.

        Where it has none it is the last one: the engine is stopped.
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
    """Quotes the pieces of one session, or of a film that has none yet.

    Args:
        scratch: an empty folder outside of the session, where an engine may write.
        folder: the session's, where answers are held.
        calls: its calls.
    """

    def __init__(
        self, prices: PriceList, scratch: Path, folder: Path | None = None, calls: Iterable[Call] = ()
    ) -> None:
        self._prices, self._scratch, self._folder, self._calls = prices, scratch, folder, tuple(calls)

    def quote(self, engine: E, make: Callable[[E, Path], object], order: Order | None = None) -> Estimate:
        """Return what it would cost to let the engine make this.

        Args:
            make: lets the engine make the piece at a path, as the stage's task does.
            order: the piece's, by which answers that are held are found; None where it cannot be known yet.
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
            # It would not work, or not with what is known yet: what else it takes to make it is not known either.
            total = UNTOLD
        for request in desk.requests.values():
            total = total.plus(self._priced(request))
        return replace(total, held=desk.used_held)

    def blank(self) -> Path:
        """Return a picture that stands for one that is not painted yet.

        A request is billed by how many pictures it shows and how large they may be, not by what is on them.
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
            return UNTOLD
        return Estimate(min(low, high), high)
