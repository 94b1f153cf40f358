"""Handle signals that come before any work has begun: print one line on standard error and end the process at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def nothing_begun() -> Iterator[None]:
    """End the process at once if SIGINT or SIGTERM comes while the block runs: no work has begun that has to end."""
    before = {number: signal.signal(number, _leave) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    # A spinner may have hidden the cursor.
    shown = "\r\x1b[K\x1b[?25h" if sys.stderr.isatty() else ""
    word = "interrupted" if number == signal.SIGINT else "terminated"
    os.write(2, f"{shown}{word} before the work began: run the same line again\n".encode())
    os._exit(128 + number)
