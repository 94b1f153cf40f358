"""Wait for a turn at a vendor: at most so many requests at once and a minute, and none before the vendor allows it.

One limit per account, shared by all shots of this process. Across processes, Prefect's global concurrency limits apply
(`flows/account_slots.py`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studio.model.engines import AccountLimits

POLL_SECONDS = 0.25
"""How often a waiting call checks whether the run was asked to stop."""


class RateLimit:
    """Says when a request may be sent to one account. May be used from any thread.

    Args:
        clock: returns seconds that never go back.
    """

    def __init__(self, limits: AccountLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._changed = threading.Condition()
        self._in_flight = 0
        self._begun: deque[float] = deque()
        self._not_before = 0.0

    @property
    def not_before(self) -> float:
        """The time, by `clock`, before which nothing may be sent."""
        with self._changed:
            return self._not_before

    def pause(self, seconds: float) -> None:
        """Let nothing be sent for so many seconds; requests in flight go on."""
        with self._changed:
            self._not_before = max(self._not_before, self._clock() + seconds)

    @contextmanager
    def turn(self, check: Callable[[], None]) -> Iterator[None]:
        """Wait for a turn and keep it while the block runs.

        Args:
            check: called while waiting and once more before the turn is given; raises if the run was asked to stop.
        """
        while True:
            # Not under the lock: it may ask a server.
            check()
            with self._changed:
                if (wait := self._wait_seconds()) <= 0:
                    self._in_flight += 1
                    self._begun.append(self._clock())
                    break
                self._changed.wait(min(wait, POLL_SECONDS))
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()

    def _wait_seconds(self) -> float:
        """Return how many seconds to wait at least; 0 or less if the turn can be given now."""
        now = self._clock()
        while self._begun and self._begun[0] <= now - 60.0:
            self._begun.popleft()
        waits = [self._not_before - now]
        if self._in_flight >= self._limits.at_once:
            waits.append(POLL_SECONDS)
        if self._limits.per_minute is not None and len(self._begun) >= self._limits.per_minute:
            waits.append(self._begun[-self._limits.per_minute] + 60.0 - now)
        return max(waits)


_rate_limits: dict[str, RateLimit] = {}
_rate_limits_lock = threading.Lock()


def rate_limit_of(account: str, limits: AccountLimits) -> RateLimit:
    """Return the rate limit of an account, shared in this process; `limits` counts at the first call only."""
    with _rate_limits_lock:
        return _rate_limits.setdefault(account, RateLimit(limits))
