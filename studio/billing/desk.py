"""The desk: every call that can cost money is made here, and nowhere else.

In this order: use an answer that is held; ask about a call that was cut off; wait for room in the budget and a turn at
the rate limit; write the intent to the disk; send the request; write the answer to the disk; book the call.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Literal, TypeVar

from studio.billing.calls import Call, CallState
from studio.billing.ledger import Ledger
from studio.billing.rate_limit import RateLimit
from studio.errors import AccountRefused, CallCutOff
from studio.model.paid import Fault, Reply, Request, VendorError
from studio.model.pieces import Order

OnAmbiguous = Literal["ask", "stop", "retry"]
"""What to do about a call that may have been billed and whose answer is lost."""

PATIENCE_SECONDS = 900.0
"""How long a call goes on waiting when a vendor says 'slow down', before its shot fails."""
SLOW_DOWN_SECONDS, SLOWEST_SECONDS = 2.0, 60.0
"""The first and the longest wait if the vendor does not say how long; it doubles in between."""
MOST_BAD, MOST_LOST = 2, 2
"""How many bad answers one run pays for, per request, and how many lost ones, if a person agreed to pay again."""

_STATES: dict[Fault, CallState] = {"unknown": "ambiguous", "refused": "refused", "bad answer": "bad answer"}
"""How a fault is booked; all other faults as 'failed', which is not billed."""

T = TypeVar("T")


@dataclass(frozen=True)
class BillingContext:
    """What all desks of a session share.

    Attributes:
        rate_limit: returns the rate limit of an account.
        go_on: raises if the run may not go on.
        retry: whether calls that were cut off are made again without asking.
        agree_line: the command that agrees to pay again, for messages.
        slot: takes an account and returns a context manager, held while a call is in flight, that counts calls of all
            processes.
    """

    ledger: Ledger
    rate_limit: Callable[[str], RateLimit]
    go_on: Callable[[], None]
    retry: bool = False
    agree_line: str = ""
    slot: Callable[[str], AbstractContextManager[object]] = contextlib.nullcontext


class Desk:
    """The desk of one piece of work. Implements `studio.model.paid.CallDesk`.

    `cost_usd` is what the answers cost that the piece was made from, held ones included.
    """

    def __init__(self, shared: BillingContext, order: Order, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared, self._order, self._clock = shared, order, clock
        self.cost_usd = 0.0

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        """Return the result of `check` on the reply; see `studio.model.paid.CallDesk.call`."""
        with self._shared.ledger.one_at_a_time(request.digest, self._shared.go_on):
            return self._call(request, send, check)

    def _call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        for call in self._shared.ledger.of(self._order, request.digest):
            if call.state == "ambiguous":
                self._shared.ledger.found_after_all(call)
        if (held := self._shared.ledger.held(self._order, request)) is not None:
            # An answer that `check` now finds bad is booked as bad, and asked for again.
            with contextlib.suppress(VendorError):
                return self._accepted(*held, check)
        began, slowed, lost = self._clock(), 0, 0
        while True:
            self._agreed(request)
            try:
                return self._accepted(*self._sent(request, send, slowed), check)
            except VendorError as error:
                # The traceback's frames hold the answer, megabytes of it: whoever keeps the error would keep them too.
                error.with_traceback(None)
                if error.fault == "slow down" and self._clock() - began < PATIENCE_SECONDS:
                    slowed += 1
                elif error.fault == "unknown" and self._shared.retry and lost < MOST_LOST:
                    lost += 1
                else:
                    raise self._told(error, request) from None

    def _sent(self, request: Request, send: Callable[[], Reply], slowed: int) -> tuple[Call, Reply]:
        """Make the call once, in its turn, and book how it ended."""
        ledger, limit = self._shared.ledger, self._shared.rate_limit(request.account)
        with ExitStack() as turn:
            call = self._begun(request, limit, turn)
            try:
                reply = send()
            except VendorError as error:
                if error.fault == "slow down":
                    limit.pause(_wait_seconds(error, slowed))
                ledger.failed(call, _STATES.get(error.fault, "failed"), error)
                raise
            except BaseException:
                ledger.failed(call, "ambiguous", VendorError("unknown", "the run was stopped while it was in flight"))
                raise
            return ledger.done(call, reply), reply

    def _begun(self, request: Request, limit: RateLimit, turn: ExitStack) -> Call:
        """Wait for room in the budget, a slot and a turn, and book the intent; slot and turn are kept in `turn`.

        The turn at the rate limit comes last: after it nothing is waited for, so no 'slow down' of the vendor can come
        in between.
        """
        ledger, go_on = self._shared.ledger, self._shared.go_on
        while True:
            ledger.wait_for_room(request, go_on)
            with ExitStack() as mine:
                mine.enter_context(self._shared.slot(request.account))
                mine.enter_context(limit.turn(go_on))
                if (call := ledger.begin(self._order, request)) is not None:
                    turn.push(mine.pop_all())
                    return call

    def _accepted(self, call: Call, reply: Reply, check: Callable[[Reply], T]) -> T:
        ledger = self._shared.ledger
        if call.state == "intent":
            # The disk was full when it was to be booked. Book it before checking it: a bad answer has a price, too.
            call = ledger.done(call, reply)
        try:
            value = check(reply)
        except VendorError as error:
            ledger.spoiled(call, error)
            raise
        self.cost_usd += call.cost_usd or 0.0
        return value

    def _agreed(self, request: Request) -> None:
        """Make sure that no call for this piece was cut off, or that a person agreed to pay again.

        Raises:
            CallCutOff: one was, and nobody agreed.
        """
        self._shared.ledger.presume(self._order, request)
        for call in self._shared.ledger.of(self._order):
            if call.state == "ambiguous" and not call.again:
                if not self._shared.retry:
                    raise CallCutOff(_cut_off(call, self._shared.agree_line))
                self._shared.ledger.agree(call)

    def _told(self, error: VendorError, request: Request) -> Exception:
        """Return the exception that the desk raises for the vendor's error."""
        if error.fault in ("quota", "key"):
            return AccountRefused(str(error))
        calls = self._shared.ledger.of(self._order, request.digest)
        if error.fault == "unknown":
            return CallCutOff(_cut_off(calls[-1], self._shared.agree_line))
        if error.fault == "bad answer":
            # Try once more, then a person decides: each bad answer is billed.
            mine = [call for call in calls if call.state == "bad answer" and self._shared.ledger.is_mine(call)]
            error.may_pass = len(mine) < MOST_BAD
        return error


def _wait_seconds(error: VendorError, slowed: int) -> float:
    if error.retry_after is not None:
        return error.retry_after
    return float(min(SLOWEST_SECONDS, SLOW_DOWN_SECONDS * 2**slowed) * random.uniform(0.75, 1.25))


def _cut_off(call: Call, agree_line: str) -> str:
    price = "an unknown price" if call.most_usd is None else f"up to ${call.most_usd:.4f}"
    agree = f"; agree to pay again: {agree_line}" if agree_line else ""
    return (
        f"{call.vendor} was asked for it ({call.begun_at[:19]}), the answer is lost and may be billed: {price}{agree}"
    )


class Billing:
    """Gives the desks of a session; its calls are read when the first one is asked for.

    Args:
        open_context: reads the calls and returns what all desks share.
    """

    def __init__(self, open_context: Callable[[], BillingContext]) -> None:
        self._open = open_context
        self._context: BillingContext | None = None
        self._lock = threading.Lock()

    def desk(self, order: Order) -> Desk:
        """Return a desk for the calls of this order's piece."""
        with self._lock:
            self._context = self._context or self._open()
        return Desk(self._context, order)
