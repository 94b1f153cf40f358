"""What one trial of the crash bench found: a fault, the runs after it, and what they cost.

Every layer of the bench gives its trials in this form; the table is computed from them alone.
"""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Trial:
    """One fault and what came of it."""

    fault: str
    """The kind of fault: a row of the table."""
    what: str
    """Where exactly it struck, so that it can be struck again."""
    finished: bool
    """Whether the command, run again, ended with a finished film."""
    runs: int = 1
    """How many runs that took, 1 to 3."""
    lost: tuple[str, ...] = ()
    """Pieces that were finished before the fault and are no more: 'images 3'."""
    again: tuple[str, ...] = ()
    """Pieces that were made again though they were still there: 'images 3'."""
    remade: tuple[str, ...] = ()
    """Pieces that were made again because they were in flight, or because the fault destroyed them: 'images 3'."""
    respent_seconds: float = 0.0
    """Seconds of work begun before the fault that had to be begun again."""
    wrong: tuple[str, ...] = ()
    """Everything else that is not as after an undisturbed run: what `sessions verify` finds, files that differ."""

    @property
    def red(self) -> bool:
        """Whether the promise was broken."""
        return not self.finished or bool(self.lost or self.again or self.wrong)


def pooled(cases: Sequence[T], attempt: Callable[[int, T], Trial], jobs: int = 1) -> Iterator[Trial]:
    """Yield a trial per case, in their order, worked on by `jobs` forked processes.

    Args:
        attempt: is given the number of the case and the case; it runs in a forked process.
    """
    ends = [_worker(cases, attempt, first, jobs) for first in range(jobs)]
    try:
        for number in range(len(cases)):
            _, file = ends[number % jobs]
            found: Trial = pickle.load(file)
            yield found
    finally:
        for child, file in ends:
            file.close()
            os.waitpid(child, 0)


def _worker(cases: Sequence[T], attempt: Callable[[int, T], Trial], first: int, jobs: int) -> tuple[int, BinaryIO]:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child:
        os.close(write_end)
        return child, os.fdopen(read_end, "rb")
    code = 1
    try:
        os.close(read_end)
        with os.fdopen(write_end, "wb") as file:
            for number in range(first, len(cases), jobs):
                pickle.dump(attempt(number, cases[number]), file)
                file.flush()
        code = 0
    except BrokenPipeError:
        code = 0  # nobody wants the rest
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
