"""The crash bench: kill a film everywhere, run the same command again, count what it cost.

    python -m tests.crash [--n 2000] [--seed 1] [--jobs 2] [--trials FILE] [--only LAYER]

Every disk state that a power cut may leave, N other faults of the store, a quarter as many while a film is directed, N
of vendors, and 15 for every hundred of N on the real engine. With N below 2,000 the power cuts are a sample of N, too.
Exits 1 where a finished piece was lost, made again or billed again without need, or a film did not come out as the
undisturbed one.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, get_args

from cyclopts import App, Parameter

from tests.crash.engine import readiness, run_engine
from tests.crash.powercut import run_powercut
from tests.crash.powercut_directing import run_directing
from tests.crash.store import run_store
from tests.crash.store_directing import run_directed
from tests.crash.store_threads import SHARE as THREADS_SHARE
from tests.crash.store_threads import run_threads
from tests.crash.table import bound, rows, table
from tests.crash.trial import Trial
from tests.crash.vendor import money, run_vendor

Layer = Literal["power", "store", "vendor", "engine", "hosts"]
EXTRA = "hosts"
"""The layer that needs the extra `cluster`: only made where it is asked for."""
FULL = 2_000
"""From this N on every power cut is tried."""
ENGINE_SHARE = 0.15
"""Trials on the engine for one of the store."""
SAYS_EVERY_SECONDS = 20

app = App(name="crash-bench", result_action="return_value", version_flags=[])


@app.default
def bench(
    *,
    n: Annotated[int, Parameter(help="Faults of the store, and of vendors.")] = FULL,
    seed: int = 1,
    jobs: Annotated[int, Parameter(help="Trials at the same time.")] = 2,
    trials: Annotated[Path | None, Parameter(help="A file that receives every trial as a line of JSON.")] = None,
    only: Annotated[list[Layer] | None, Parameter(help="Of the layers only these; 'hosts' only so.")] = None,
) -> int:
    """Run the trials, print the table and its bound; return 1 where one is red."""
    began, found = time.monotonic(), []
    layers = only or [layer for layer in get_args(Layer) if layer != EXTRA]
    for trial in _told(_trials(n, seed, jobs, layers)):
        found.append(trial)
        if trials is not None:
            with open(trials, "a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(trial)) + "\n")
    counted = rows(found)
    red = [trial for trial in found if trial.red]
    print(table(counted))
    print()
    for trial in red[:20]:
        print(f"RED: {trial}")
    print(f"{len(red):,} of {len(found):,} trials are red" if red else bound(len(found)))
    if "engine" in layers:
        print(readiness(found))
    if "vendor" in layers or EXTRA in layers:
        print(money(found))
    print(f"N={n} SEED={seed}, {time.monotonic() - began:,.0f} s")
    return int(bool(red))


def _trials(n: int, seed: int, jobs: int, layers: list[Layer]) -> Iterator[Trial]:
    if "power" in layers:
        yield from run_powercut(jobs, seed, None if n >= FULL else n)
        yield from run_directing(jobs, seed, None if n >= FULL else max(1, n // 10))
    if "store" in layers:
        yield from run_store(n, seed, jobs)
        yield from run_directed(max(1, n // 5), seed, jobs)
        yield from run_threads(max(1, round(n * THREADS_SHARE)), seed, jobs)
    if "vendor" in layers:
        yield from run_vendor(n, seed, jobs)
    if "engine" in layers:
        yield from run_engine(max(1, round(n * ENGINE_SHARE)), seed, _say)
    if EXTRA in layers:
        from tests.crash.hosts import run_hosts

        yield from run_hosts(n, seed, jobs)


def _told(trials: Iterator[Trial]) -> Iterator[Trial]:
    said = time.monotonic()
    for count, trial in enumerate(trials, start=1):
        if trial.red:
            _say(f"RED: {trial}")
        elif time.monotonic() - said > SAYS_EVERY_SECONDS:
            said = time.monotonic()
            _say(f"{count:,} trials, now {trial.fault}: {trial.what}")
        yield trial


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    # Asked to end, leave through every `finally`: a server of the bench's own must not live on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise SystemExit(app())
