"""What an input may cost and how it may fail: judged the same while it is fuzzed and when it is replayed.

A target is a module of `tests/fuzz/targets/` with `check(data)`: it feeds the bytes to the program, and asserts
what must hold. Of what the program raises only its own errors (`studio/errors.py`) are right.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from studio.errors import FilmError
from tests.support.processor_time import within

LEAST_SECONDS, MOST_SECONDS = 1.0, 2.0
"""Processor time that an input may take: the most for `LONG_BYTES` and above, less for a shorter one. On a busy machine
a second of it does half the work."""
LONG_BYTES = 200_000
MEMORY_MB = 300
STOPPED_AFTER, WAITED = 8.0, 30.0
"""Seconds of processor time after which an input is stopped, and seconds in all: it may wait for what never comes."""
STRETCHED_CHARACTERS = 20_000


class Slow(AssertionError):
    """An input took more processor time than it may, or waits for ever."""


class Hungry(AssertionError):
    """An input took more memory than it may."""


class _Stopped(BaseException):
    """No `Exception`: what is judged must not catch it."""


def judged(check: Callable[[bytes], None], data: bytes, most_seconds: float = MOST_SECONDS) -> None:
    """Feed one input to a target.

    Raises:
        Slow, Hungry: it took more than it may.
        Exception: whatever else is wrong; an error of the program's own is not.
    """
    memory = _memory_mb("VmRSS")
    # From here on the peak is this input's.
    Path("/proc/self/clear_refs").write_text("5")
    seconds = _took(check, data)
    allowed = most_seconds if most_seconds > MOST_SECONDS else _allowed(len(stretched(data)))
    if seconds > allowed:
        # Once more: the first time pays for what is loaded once.
        seconds = min(seconds, _took(check, data))
    if not within(seconds, allowed):
        raise Slow(f"{seconds:.2f} s of processor time, allowed are {allowed:.2f}")
    if (grown := _memory_mb("VmHWM") - memory) > MEMORY_MB:
        raise Hungry(f"{grown:,.0f} MB, allowed are {MEMORY_MB}")


def stretched(data: bytes) -> str:
    """Return the text of an input; what stands between two bytes 0xFF is repeated, to 20,000 characters.

    So a fuzzer that tries short inputs finds what takes the square of a long one's length. 0xFF is no UTF-8.
    """
    begin, *rest = data.split(b"\xff", 2)
    parts = [part.decode("utf-8", "surrogateescape") for part in (begin, *rest)]
    if len(parts) < 3 or not parts[1]:
        return "".join(parts)
    return parts[0] + parts[1] * (STRETCHED_CHARACTERS // len(parts[1]) + 1) + parts[2]


def _allowed(size: int) -> float:
    return LEAST_SECONDS + (MOST_SECONDS - LEAST_SECONDS) * min(1.0, size / LONG_BYTES)


def _took(check: Callable[[bytes], None], data: bytes) -> float:
    began = time.process_time()
    try:
        with _stopping():
            check(data)
    except FilmError as error:
        if not str(error).strip():
            raise AssertionError(f"{type(error).__name__} without a word") from error
    except _Stopped as stopped:
        raise Slow(f"stopped: {stopped}").with_traceback(stopped.__traceback__) from None
    return time.process_time() - began


@contextmanager
def _stopping() -> Iterator[None]:
    worked = time.process_time()

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal worked
        if number == signal.SIGPROF:
            raise _Stopped(f"after {STOPPED_AFTER:.0f} s of processor time")
        # Beside other work an honest input may take long; what waits takes no processor time.
        worked, before = time.process_time(), worked
        if worked - before < LEAST_SECONDS:
            raise _Stopped(f"it waited for {WAITED:.0f} s")

    before = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, STOPPED_AFTER)
    signal.setitimer(signal.ITIMER_REAL, WAITED, WAITED)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _memory_mb(name: str) -> float:
    """Return a line of /proc/self/status (proc_pid_status(5)); getrusage's peak is of all the process's life."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
