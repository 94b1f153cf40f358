"""Where a piece is made: here, in the task's own thread, or on another machine.

A task asks its session's maker (`tasks/work.py`). Whoever makes it, the piece lies at the path that the task lends, and
the task publishes it: so every law of a session holds wherever the work was done. Paid work is never asked of a maker.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from studio.model.engines import Engine
from studio.model.film import Stage
from studio.production.work import Job, Made, Work


@dataclass(frozen=True)
class Delivered:
    """A piece that lies at the path that was lent.

    Attributes:
        seconds: how long it took to make.
        was_there: whether it was made for an earlier run, and only had to be fetched.
    """

    made: Made
    seconds: float
    was_there: bool = False


class Maker(Protocol):
    """Makes pieces, from several threads at once."""

    def make(self, job: Job, work: Work[Any], out: Path) -> Delivered:
        """Make the piece at `out`.

        Raises:
            Interrupted: the run was asked to stop.
            FilmError: the engine's error; what is at `out` is to be ignored.
        """

    def at_once(self, stage: Stage, engine: Engine, here: int) -> int:
        """Return how many pieces of a stage its tasks may ask for at once, if `here` of them may be made here."""


class Here:
    """Makes every piece in the thread that asks for it."""

    def make(self, job: Job, work: Work[Any], out: Path) -> Delivered:
        """Make the piece at `out`, as `Maker.make`."""
        began = time.perf_counter()
        made = work.make(work.engine, out)
        return Delivered(made, time.perf_counter() - began)

    def at_once(self, stage: Stage, engine: Engine, here: int) -> int:
        """Return `here`."""
        return here


HERE = Here()
"""The maker of a run that nobody gave another one."""
