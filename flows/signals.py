"""Leaving when asked to: Ctrl-C or SIGTERM lets what is in hand end, for a few seconds; a second Ctrl-C leaves at once.

To leave in the middle of a piece is safe: it is published whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from studio.cli.terminal import NO_ROOM
from studio.errors import FilmError

PATIENCE_SECONDS = 4.0
"""How long what is in hand may take to end."""
INTERRUPTED, TERMINATED = 130, 143
"""Exit codes: 128 and the signal's number, as shells count."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came; taken for Ctrl-C by whoever does not tell them apart."""

    exit_code = TERMINATED


THREADS = 24
"""As many as a film has at once: tasks, Prefect's own, the command's (17 were counted), and some more."""


def check_threads() -> None:
    """Make sure that a film can have its threads: Prefect's own do without, and then nothing ends.

    Raises:
        FilmError: it cannot.
    """
    over = threading.Event()
    begun: list[threading.Thread] = []
    try:
        for _ in range(THREADS):
            thread = threading.Thread(target=over.wait, daemon=True)
            thread.start()
            begun.append(thread)
    except (RuntimeError, MemoryError) as error:
        raise FilmError(f"{NO_ROOM}; nothing was begun") from error
    finally:
        over.set()
        for thread in begun:
            thread.join()


@contextmanager
def leaving(say: Callable[[int], None], patience_seconds: float = PATIENCE_SECONDS) -> Iterator[Callable[[], int]]:
    """Turn SIGINT and SIGTERM into KeyboardInterrupt and Terminated while the block runs, and bound what follows.

    Yields what tells the exit code that a signal asked for, 0 where none came. The bound holds whoever has taken the
    signal's handler meanwhile: Prefect takes that of SIGTERM while a flow runs.

    Args:
        say: called with the exit code, from another thread, where the block did not end in time: it says what is to
            be said, and the process ends.
        patience_seconds: how long the block may take to end.
    """
    asked, ended, signs = threading.Event(), threading.Event(), queue.SimpleQueue[int]()
    heard: list[int] = []

    def listen() -> None:
        """Hear of every signal of this process, from a byte that the system's own handler writes."""
        while byte := os.read(ear, 1):
            signs.put(byte[0])
        signs.put(0)

    def watch() -> None:
        while (number := signs.get()) not in (0, signal.SIGINT, signal.SIGTERM):
            continue
        if number == 0:
            return
        code = INTERRUPTED if number == signal.SIGINT else TERMINATED
        heard.append(code)
        deadline = time.monotonic() + patience_seconds
        while not ended.is_set() and (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                # A second SIGTERM may be Prefect's own, passed on when it has done its part.
                if signs.get(timeout=left) == signal.SIGINT:
                    break
        if not ended.is_set():
            leave_at_once(say, code)

    def stop(number: int, frame: FrameType | None) -> None:
        if not asked.is_set():
            asked.set()
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    earlier = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    threads = [threading.Thread(target=each, daemon=True) for each in (listen, watch)]
    for thread in threads:
        thread.start()
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: heard[0] if heard else 0
    finally:
        ended.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(earlier)
        os.close(mouth)
        for thread in threads:
            thread.join()
        os.close(ear)


def leave_at_once(say: Callable[[int], None], code: int) -> NoReturn:
    """Say what is to be said, and end this process without waiting for what is in hand."""
    try:
        say(code)
        sys.stdout.flush()
    finally:
        os._exit(code)
