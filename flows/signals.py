"""Handle Ctrl-C and SIGTERM: work in hand gets a few seconds to end, and a second Ctrl-C leaves at once.

Leaving in the middle of a piece is safe: a piece is published whole or not at all.
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
"""How long work in hand may take to end."""
INTERRUPTED, TERMINATED = 130, 143
"""Exit codes: 128 plus the signal's number, as shells have it."""


class Terminated(KeyboardInterrupt):
    """SIGTERM was received. Code that handles `KeyboardInterrupt` handles it like Ctrl-C."""

    exit_code = TERMINATED


THREADS = 24
"""How many threads a film has at once: tasks, Prefect's own, the command's (17 were counted), and some to spare."""


def check_threads() -> None:
    """Make sure that the system lets a film start its threads: Prefect goes on without its own, and then never ends.

    Raises:
        FilmError: the threads cannot be started; nothing was begun.
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
    """Raise KeyboardInterrupt on SIGINT and Terminated on SIGTERM within the block, and limit how long it may go on.

    Yield a function that returns the exit code for the signal that came, 0 if none did. The time limit holds even if
    somebody replaces the signal's handler meanwhile: Prefect replaces that of SIGTERM while a flow runs.

    Args:
        say: called with the exit code, from another thread, if the block does not end in time: it prints the last
            line, then the process ends.
        patience_seconds: how long the block may take to end after a signal.
    """
    asked, ended, signs = threading.Event(), threading.Event(), queue.SimpleQueue[int]()
    heard: list[int] = []

    def listen() -> None:
        """Read every signal of this process, from the byte that Python's signal handler writes to the pipe."""
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
                # A second SIGTERM may come from Prefect, which passes the first one on when it has handled it.
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
    """Call `say` with the exit code, then end this process without waiting for work in hand."""
    try:
        say(code)
        sys.stdout.flush()
    finally:
        os._exit(code)
