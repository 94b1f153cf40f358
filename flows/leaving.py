"""Leaving when asked to: Ctrl-C or SIGTERM lets what is in hand end, for a few seconds; a second Ctrl-C leaves at once.

To leave in the middle of a piece is safe: it is published whole or not at all.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

PATIENCE_SECONDS = 4.0
"""How long what is in hand may take to end."""
INTERRUPTED, TERMINATED = 130, 143
"""Exit codes: 128 and the signal's number, as shells count."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came; taken for Ctrl-C by whoever does not tell them apart."""

    exit_code = TERMINATED


@contextmanager
def leaving(say: Callable[[int], None]) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into KeyboardInterrupt and Terminated while the block runs, and bound what follows.

    Args:
        say: called with the exit code, from another thread, where the block did not end in time: it says what is to
            be said, and the process ends.
    """
    hurry, ended = threading.Event(), threading.Event()
    watches: list[threading.Thread] = []

    def watch(code: int) -> None:
        hurry.wait(PATIENCE_SECONDS)
        if not ended.is_set():
            leave_at_once(say, code)

    def stop(number: int, frame: FrameType | None) -> None:
        if watches:
            hurry.set()
            return
        code = INTERRUPTED if number == signal.SIGINT else TERMINATED
        watches.append(threading.Thread(target=watch, args=(code,), daemon=True))
        watches[0].start()
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        ended.set()
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_at_once(say: Callable[[int], None], code: int) -> NoReturn:
    """Say what is to be said, and end this process without waiting for what is in hand."""
    try:
        say(code)
        sys.stdout.flush()
    finally:
        os._exit(code)
