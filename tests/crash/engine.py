"""The engine layer of the crash bench: the real flow on a real Prefect server, killed, and run again.

    python -m tests.crash.engine [N] [SEED]

Trials run in lanes: processes of their own (`engine_lane.py`), one trial at a time each, because only a process with
one thread and nothing opened may fork. A trial is drawn from the seed, its fault and its number alone, so that each
can be struck again by itself; when exactly the kill falls within the work is the machine's.
"""

from __future__ import annotations

import json
import queue
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from pydantic import TypeAdapter

from tests.crash.engine_server import PROJECT, Server, environment
from tests.crash.engine_trial import FAULTS, EngineTrial, Fault
from tests.crash.trial import Trial

LANES = 2
"""Trials at the same time: one per core of the smallest machine."""
SHARES: dict[Fault, float] = {
    "kill -9, flow": 0.62,
    "kill -9, at a boundary": 0.15,
    "kill -9, its group": 0.09,
    "kill -9, twice": 0.08,
    "kill -9, worker and flow": 1 / 60,
    "kill -9, server": 1 / 60,
    "kill -9, command without a server": 1 / 30,
}
"""Which part of the trials each fault gets; the dear ones, of some half a minute each, get little."""
OWN_SERVER: tuple[Fault, ...] = ("kill -9, worker and flow", "kill -9, server")
"""Faults that need a server of their own: all in one lane, so that one is started."""


@dataclass(frozen=True)
class Order:
    """One trial to carry out. `number` counts the trials of the fault, from 0."""

    fault: Fault
    seed: int
    number: int

    def line(self) -> str:
        """Return the order as a lane reads it."""
        return json.dumps(vars(self)) + "\n"


def orders(n: int, seed: int) -> list[Order]:
    """Return `n` orders in the mix of `SHARES`; what rounding leaves goes to the commonest fault."""
    counts = {fault: int(n * share + 1e-9) for fault, share in SHARES.items()}
    counts["kill -9, flow"] += n - sum(counts.values())
    return [Order(fault, seed, number) for fault in reversed(FAULTS) for number in range(counts[fault])]


def copy_database(database: Path, home: Path) -> None:
    """Put a whole copy of a server's database, in use or not, where the Prefect of `home` looks for it."""
    home.mkdir(parents=True)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(home / "prefect.db")) as target:
        source.backup(target)


class LaneFailed(Exception):
    """A lane ended before its work was done: the bench itself is broken, or a run hung."""


class _Lane:
    """A lane's process, and the thread that gives it orders."""

    def __init__(self, folder: Path, home: Path, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.engine_lane", str(folder)],
            cwd=PROJECT,
            env=environment(home, url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.facts: dict[str, Any] = {}

    def answer(self, line: str = "") -> dict[str, Any]:
        """Send a line, if there is one, and return the lane's next answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise LaneFailed(f"a lane ended with {self._process.wait()}")
        found: dict[str, Any] = json.loads(said)
        return found

    def work(self, mine: Sequence[Order], shared: queue.SimpleQueue[Order], done: queue.SimpleQueue[object]) -> None:
        """Carry out its own orders, then shared ones until there is none; put each trial, then None, into `done`."""
        try:
            self.facts = self.answer()
            for order in mine:
                done.put(_TRIAL.validate_python(self.answer(order.line())))
            while True:
                done.put(_TRIAL.validate_python(self.answer(shared.get_nowait().line())))
        except queue.Empty:
            done.put(None)
        except BaseException as error:
            done.put(error)

    def close(self) -> None:
        """Let the lane end: it ends with its orders, and takes its servers along."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_TRIAL = TypeAdapter(EngineTrial)


def carry_out(
    wanted: Sequence[Order], folder: Path, url: str, database: Path, lanes: int = LANES
) -> Iterator[EngineTrial]:
    """Yield the trial of each order as it ends; the server at `url` is used by all but those with one of their own.

    Args:
        folder: where everything of the trials lies; that of a red one stays.
        database: the SQLite file of any Prefect server: the lanes' own engines begin with copies of it, because to
            make an empty one takes 10 s.

    Raises:
        LaneFailed: a lane ended before its work was done.
    """
    special = [order for order in wanted if order.fault in OWN_SERVER]
    shared: queue.SimpleQueue[Order] = queue.SimpleQueue()
    done: queue.SimpleQueue[object] = queue.SimpleQueue()
    for order in wanted:
        if order not in special:
            shared.put(order)
    with ExitStack() as stack:
        for number in range(lanes):
            place = folder / f"lane-{number}"
            for home in ("home", "server"):
                copy_database(database, place / home)
            lane = _Lane(place, place / "home", url)
            stack.callback(lane.close)
            threading.Thread(target=lane.work, args=(special if number == 0 else (), shared, done), daemon=True).start()
        working = lanes
        while working:
            match done.get():
                case EngineTrial() as trial:
                    yield trial
                case None:
                    working -= 1
                case BaseException() as error:
                    raise error


def run_engine(n: int, seed: int, progress: Callable[[str], None]) -> Iterator[Trial]:
    """Yield `n` trials on a server of the bench's own; each is an `EngineTrial`.

    Args:
        progress: receives a line now and then.
    """
    with tempfile.TemporaryDirectory(prefix="film-crash-", ignore_cleanup_errors=True) as name:
        server = Server(Path(name) / "server")
        progress("engine: starting a Prefect server")
        server.start()
        try:
            trials = carry_out(orders(n, seed), Path(name), server.url, server.home / "prefect.db")
            for count, trial in enumerate(trials, start=1):
                if trial.red:
                    progress(f"engine: RED {trial}")
                elif count % 10 == 0 or count == n:
                    progress(f"engine: {count} of {n} trials")
                yield trial
        finally:
            server.kill()


def readiness(trials: Sequence[Trial]) -> str:
    """Return in one line how long a run after a kill takes from a ready engine to its first work, by its form."""
    forms: dict[str, list[float]] = {}
    for trial in trials:
        if isinstance(trial, EngineTrial):
            form = {"kill -9, worker and flow": "worker", "kill -9, command without a server": "command"}
            forms.setdefault(form.get(trial.fault, "flow"), []).extend(trial.ready_seconds)
    parts = [
        f"{form}: median {median(seconds):.2f} s, 95th percentile "
        f"{quantiles(seconds, n=20, method='inclusive')[-1] if len(seconds) > 1 else seconds[0]:.2f} s, "
        f"longest {max(seconds):.2f} s of {len(seconds)}"
        for form, seconds in sorted(forms.items())
        if seconds
    ]
    return "from a ready engine to the first new work after a kill: " + "; ".join(parts or ["nothing measured"])


def main(n: int = 300, seed: int = 1) -> int:
    """Run the layer by itself, print every trial as a line of JSON; return 1 where one is red."""
    # Asked to end, leave through every `finally`: a server of the bench's own must not live on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    trials = []
    for trial in run_engine(n, seed, lambda line: print(line, file=sys.stderr, flush=True)):
        print(json.dumps({each.name: getattr(trial, each.name) for each in fields(trial)}), flush=True)
        trials.append(trial)
    print(readiness(trials), file=sys.stderr)
    return int(any(trial.red for trial in trials))


if __name__ == "__main__":
    raise SystemExit(main(*(int(each) for each in sys.argv[1:])))
