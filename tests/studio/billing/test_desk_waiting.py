"""The desk's laws of waiting and trying again: how long, how often, and what another process counts meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from studio.billing.calls import read_calls
from studio.billing.desk import PATIENCE_SECONDS, SLOW_DOWN_SECONDS, SLOWEST_SECONDS, BillingContext, Desk
from studio.billing.rate_limit import RateLimit
from studio.model.engines import AccountLimits
from studio.model.paid import VendorError
from tests.support.sessions.counter import Vendor, content, desk_in, ledger_in, order_of, request_of


class HeldLimit(RateLimit):
    """A rate limit that notes for how long it is held, and lets everything through."""

    def __init__(self) -> None:
        super().__init__(AccountLimits())
        self.holds: list[float] = []

    def pause(self, seconds: float) -> None:
        self.holds.append(seconds)


def test_the_wait_doubles_up_to_a_minute_where_the_vendor_does_not_say(tmp_path: Path) -> None:
    """2, 4, 8 ... 60 seconds, each by a quarter more or less; what the vendor says counts as said, 0 too."""
    slow, limit = VendorError("slow down", "429"), HeldLimit()
    vendor = Vendor(*[slow] * 7, VendorError("slow down", "429", retry_after=0.0), b"picture")
    assert desk_in(tmp_path, limit=limit).call(request_of(), vendor, content) == b"picture"
    meant = [min(SLOWEST_SECONDS, SLOW_DOWN_SECONDS * 2**n) for n in range(7)]
    assert all(0.75 * each <= held <= 1.25 * each for each, held in zip(meant, limit.holds, strict=False))
    assert limit.holds[7:] == [0.0]


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    """After a quarter of an hour of 'slow down' the shot fails; it may be tried again later."""
    moment = iter(range(0, 10_000, int(PATIENCE_SECONDS / 3)))
    limit = HeldLimit()
    counter = BillingContext(ledger_in(tmp_path), lambda account: limit, lambda: None)
    slow = VendorError("slow down", "429", retry_after=1.0)
    vendor = Vendor(*[slow] * 20)
    with pytest.raises(VendorError, match="429"):
        Desk(counter, order_of(), lambda: float(next(moment))).call(request_of(), vendor, content)
    assert vendor.asked == 3
    assert {call.state for call in read_calls(tmp_path)} == {"failed"}


def test_bad_answers_of_earlier_runs_do_not_count(tmp_path: Path) -> None:
    """Who runs it again has decided: a first bad answer of this run may be tried again."""
    for run in ("a", "b"):
        with pytest.raises(VendorError) as caught:
            desk_in(tmp_path, run=run).call(request_of(), Vendor(b"bad"), content)
        assert caught.value.may_pass


def test_what_a_piece_of_several_answers_cost_is_their_sum(tmp_path: Path) -> None:
    """Held ones included."""
    ledger = ledger_in(tmp_path)
    desk_in(tmp_path, ledger=ledger).call(request_of("1"), Vendor(b"one"), content)
    both = desk_in(tmp_path, ledger=ledger)
    for part in ("1", "2"):
        both.call(request_of(part), Vendor(b"part"), content)
    assert both.cost_usd == pytest.approx(0.08)


def test_a_slot_is_held_while_the_call_is_in_flight_and_no_longer(tmp_path: Path) -> None:
    """Other processes count it, by its account; whoever finds an answer that is held takes none."""
    held: list[str] = []
    taken: list[str] = []

    @contextmanager
    def slot(account: str) -> Iterator[None]:
        held.append(account)
        taken.append(account)
        try:
            yield
        finally:
            held.remove(account)

    limit = RateLimit(AccountLimits())
    counter = BillingContext(ledger_in(tmp_path), lambda account: limit, lambda: None, slot=slot)
    seen: list[list[str]] = []
    vendor = Vendor(b"picture")

    def send() -> Any:
        seen.append([*held])
        return vendor()

    for _ in range(2):
        Desk(counter, order_of()).call(request_of(), send, content)
    assert (seen, held, taken) == ([["v:1"]], [], ["v:1"])
