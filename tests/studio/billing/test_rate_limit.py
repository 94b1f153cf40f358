"""Laws of the rate limit: so many at once, so many a minute, none before its time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from studio.billing.rate_limit import RateLimit, rate_limit_of
from studio.errors import Interrupted
from studio.model.engines import AccountLimits


class Clock:
    """Seconds that a test moves, one step each time somebody looks."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 1000.0, step
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            self.now += self.step
            return self.now


def _free() -> None:
    pass


def test_no_more_at_once_than_the_account_allows() -> None:
    """Twenty want in, three are in at any time."""
    limit, lock = RateLimit(AccountLimits(at_once=3)), threading.Lock()
    inside, most = 0, 0
    together = threading.Barrier(3, timeout=30)

    def one(number: int) -> None:
        nonlocal inside, most
        with limit.turn(_free):
            with lock:
                inside += 1
                most = max(most, inside)
            if number < 3:
                together.wait()
            with lock:
                inside -= 1

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert most == 3


def test_nothing_passes_before_its_time() -> None:
    """Whoever wants in after a hold gets in at the moment it ends, not sooner."""
    clock = Clock(step=2.0)
    limit = RateLimit(AccountLimits(), clock)
    limit.pause(5.0)
    not_before = limit.not_before
    with limit.turn(_free):
        assert clock.now >= not_before


def test_a_shorter_hold_does_not_lift_a_longer_one() -> None:
    """Eight answers of 429 come in any order."""
    limit = RateLimit(AccountLimits(), Clock())
    limit.pause(30.0)
    limit.pause(1.0)
    assert limit.not_before == pytest.approx(1030.0)


def test_no_more_in_a_minute_than_the_account_allows() -> None:
    """The third of two a minute begins a minute after the first."""
    clock = Clock(step=8.0)
    limit = RateLimit(AccountLimits(per_minute=2), clock)
    begun = []
    for _ in range(3):
        with limit.turn(_free):
            begun.append(clock.now)
    assert begun[2] - begun[0] >= 60.0 > begun[1] - begun[0]


def test_who_waits_leaves_when_the_run_is_stopped() -> None:
    """Nobody waits out a quarter of an hour for a run that is over."""
    limit = RateLimit(AccountLimits())
    limit.pause(3600.0)
    looks = iter(range(3))

    def check() -> None:
        if next(looks) == 2:
            raise Interrupted("stopped")

    with pytest.raises(Interrupted), limit.turn(check):
        pass


def test_one_limit_for_an_account() -> None:
    """All shots of a process wait at the same limit."""
    assert rate_limit_of("test host", AccountLimits()) is rate_limit_of("test host", AccountLimits(at_once=1))
