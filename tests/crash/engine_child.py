"""What runs in a process that is to be killed: the film of the bench, by a crew that takes its time, told as it goes.

As a program it is the `film` command: python -m tests.crash.engine_child FOLDER NUMBER ARGS... Imports no Prefect, so
that the command looks for its engine and starts it as it always does.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import blocks.crew
from studio.model import events
from studio.model.events import Event
from tests.crash.crew import REFERENCES
from tests.crash.judge import Work, watched, works
from tests.support.films.fake_crew import Log, fake_crew

Mark = Callable[[str], None]


@dataclass(frozen=True)
class Told:
    """What run `number` of a trial tells while it lives, in two files of `folder` that survive a kill."""

    folder: Path
    number: int

    def path(self, what: str) -> Path:
        """Return the file in which the run keeps `what`."""
        return self.folder / f"{self.number}.{what}"

    @property
    def works_path(self) -> Path:
        """The file that `judge.watched` writes."""
        return self.path("works")

    @property
    def marks_path(self) -> Path:
        """The file of marks, a line each: a moment of CLOCK_MONOTONIC in seconds, and what was reached."""
        return self.path("marks")

    def works(self) -> list[Work]:
        """Return the crew's works in the order in which they began."""
        return works(self.works_path)

    def marks(self) -> list[tuple[float, str]]:
        """Return (moment, mark) in their order: 'started PID', 'ready' of a command's engine, the events' kinds."""
        if not self.marks_path.exists():
            return []
        lines = (line.split(" ", 1) for line in self.marks_path.read_text("utf-8").splitlines(True) if line[-1] == "\n")
        return [(float(moment), mark.strip()) for moment, mark in lines]

    def moment(self, mark: str) -> float | None:
        """Return when the first mark that begins with `mark` was reached, or None."""
        return next((moment for moment, each in self.marks() if each.startswith(mark)), None)

    def pid(self) -> int | None:
        """Return the process that works, or None where it has not begun."""
        return next((int(mark.split()[1]) for _, mark in self.marks() if mark.startswith("started")), None)

    def seconds_to_first_work(self) -> float | None:
        """Return the seconds from a ready engine to the first work; None where nothing was to be made."""
        engine = self.moment("ready") or self.moment("started")
        first = self.works()
        return first[0].began - engine if engine is not None and first else None


@contextmanager
def telling(told: Told, die_at: int | None = None) -> Iterator[Mark]:
    """Tell everything that happens while the block runs; kill this process at the `die_at`-th event, from 1."""
    heard, one_at_a_time = itertools.count(1), threading.Lock()

    def mark(what: str) -> None:
        with open(told.marks_path, "a", encoding="utf-8") as file:
            file.write(f"{time.monotonic():.6f} {what}\n")

    def note(event: Event) -> None:
        if event.kind == "frames":
            return
        with one_at_a_time:
            mark(event.kind)
            if next(heard) == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    with watched(told.works_path), events.listening(note):
        mark(f"started {os.getpid()}")
        yield mark


def tell_for_good(told: Told) -> None:
    """Tell everything that happens until this process ends."""
    stack = ExitStack()
    stack.enter_context(telling(told))
    # A stack that is collected closes.
    _open.append(stack)


_open: list[ExitStack] = []


def take_time(kind: str, what: str) -> None:
    """Make an engine call last 0.05 to 0.15 s, the same call always as long, so that a kill lands inside work."""
    time.sleep(0.05 + zlib.crc32(f"{kind} {what}".encode()) % 1000 / 10_000)


def slow_crew() -> None:
    """Let films be made by the counted crew, slowly."""
    blocks.crew.CREWS["offline"] = lambda: fake_crew(Log(hook=take_time), REFERENCES)


def command(told: Told, arguments: list[str]) -> None:
    """Be the `film` command, and tell when its built-in engine is ready."""
    from flows.cli.film import main
    from flows.server.built_in_server import BuiltIn

    plain = BuiltIn.ready
    with telling(told) as mark:

        def ready(server: BuiltIn) -> None:
            plain(server)
            mark("ready")

        BuiltIn.ready = ready  # type: ignore[method-assign, assignment]  # watched from outside
        main(arguments)


if __name__ == "__main__":
    slow_crew()
    command(Told(Path(sys.argv[1]), int(sys.argv[2])), sys.argv[3:])
