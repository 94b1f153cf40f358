"""Limits on processor time that mean the same on every machine, however slow it is at the moment."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

WORK_SECONDS = 0.012
"""What `_work` takes on the machine for which limits are written: a core of a Xeon, Python 3.11."""


def within(taken: float, seconds: float) -> bool:
    """Tell whether `taken` seconds of processor time are fewer than `seconds`.

    A machine that is slower than the one for which limits are written has as much more time as it is slower, which is
    measured only if the limit is passed. A limit is there to tell a time that grows with a text from one that grows
    with its square, so it is at least three times what is usual.
    """
    return taken < seconds or taken < seconds * max(1.0, *(_work() / WORK_SECONDS for _ in range(5)))


@contextmanager
def at_most(seconds: float, what: object = "it") -> Iterator[None]:
    """Make sure that a block takes this process fewer than `seconds` of processor time, as `within` counts them.

    Raises:
        AssertionError: it takes longer; the message names `what`.
    """
    begun = time.process_time()
    yield
    taken = time.process_time() - begun
    assert within(taken, seconds), f"{what} took {taken:.2f} s of processor time, {seconds} s are allowed"


def _work() -> float:
    """Do a fixed piece of work, arithmetic and texts, and return the processor time that it took, in seconds."""
    begun = time.process_time()
    assert sum(number * number for number in range(150_000))
    for _ in range(20):
        json.loads(json.dumps([{"a": str(number), "b": [number] * 3} for number in range(400)]))
    return time.process_time() - begun
