"""Measure what the flow itself costs: orchestration per shot, beside bare Prefect tasks of the same number.

    python -m tests.bench.flow [--shots 10 100 1000] [--engines server "built in"] [--rounds 1] [--json]

The work takes no time: every engine writes the same few bytes at once. What is left is Prefect, and what this program
adds to it: orders, checksums, receipts, files that are flushed to the disk. Beside it, in the same run and in turn,
runs a flow of bare Prefect tasks: as many, on as many threads, each with a persisted result under a key of its own, the
clip submitted when picture and line are there. Measured is the mapping: from the shots' being known until the last
line, picture, clip and the score were settled; by the clock, and in processor time of the flow's process until all its
events are sent, which a busy machine changes less. Each run is a process of its own. `first` makes everything, `again`
finds it all cached. Memory is the process's highest, and how much more it had at its last clip than at clip 200.

    server    a Prefect server that runs all its services, as `film studio` starts it
    built in  the engine that the `film` command starts for itself
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.film import IDEA, SEED, machine
from tests.bench.measured import highest

MOST_RATIO, MOST_SECONDS, MOST_GROWTH, MOST_MEGABYTES = 1.5, 0.020, 1.3, 20
"""Targets: beside bare Prefect, per shot, per shot at 1,000 beside 100, and memory from shot 200 on."""
SETTLED_SHOTS = 200
"""After so many shots everything that is loaded once is there: what memory grows from here on, it grows by the shot."""
PATIENCE_SECONDS = 1_200
KINDS = ("ours", "bare")
RUNS = ("first", "again")
ENGINES = ("server", "built in")


# --- in the process that runs a flow --------------------------------------------------------------


class Costs:
    """What the mapping took: seconds by the clock and of the processor, and the process's memory at every clip."""

    def __init__(self) -> None:
        self._began = (0.0, 0.0)
        self._ended = 0.0
        self._resident: list[float] = []
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Begin to count."""
        self._began = time.perf_counter(), time.process_time()

    def settled(self, *, clip: bool) -> None:
        """Count up to now: a piece was settled."""
        with self._lock:
            self._ended = time.perf_counter()
            if clip:
                pages = int(Path("/proc/self/statm").read_text().split()[1])
                self._resident.append(pages * resource.getpagesize() / 1e6)

    def told(self) -> dict[str, Any]:
        """Return `seconds` and `processor`, and `resident`: 10^6 bytes at the first clip, the second, and so on.

        Waits until Prefect has sent its events: their processor time counts, whether they were sent early or late.
        """
        from prefect.events.worker import EventsWorker

        EventsWorker.instance().wait_until_empty()
        processor = time.process_time() - self._began[1]
        return {"seconds": self._ended - self._began[0], "processor": processor, "resident": self._resident}


def run_ours(order: dict[str, Any]) -> dict[str, Any]:
    """Run the real flow with engines that take no time; return seconds and how its pieces came to be."""
    import blocks.crew
    from flows.direct_run import filmed
    from studio.model import events
    from studio.model.engines import Crew
    from studio.model.events import Event
    from studio.production import stages
    from tests.bench import instant

    kinds, costs = dict[str, int](), Costs()

    def hired() -> Crew:
        return instant.instant_crew()

    def hear(event: Event) -> None:
        if event.kind == "planned" and event.stage is None:
            costs.begin()
        if event.kind in ("reused", "adopted", "made") and event.stage in ("images", "narration", "videos", "score"):
            costs.settled(clip=event.stage == "videos")
            kinds[event.kind] = kinds.get(event.kind, 0) + 1

    blocks.crew.CREWS["offline"] = hired
    stages.assemble, stages.film_faults = instant.assemble, instant.film_faults
    with events.listening(hear):
        state = filmed(**order)
    return {"state": state.name, "pieces": kinds, **costs.told()}


def run_bare(order: dict[str, Any]) -> dict[str, Any]:
    """Run as many bare Prefect tasks on as many threads; return seconds and how they ended."""
    from prefect import flow, task
    from prefect.cache_policies import CacheKeyFnPolicy
    from prefect.futures import PrefectFuture
    from prefect.task_runners import ThreadPoolTaskRunner

    from flows.shot_mapping import ANIMATORS
    from studio.model.engines import Crew

    shots, storage, costs = int(order["shots"]), Path(order["storage"]), Costs()

    def key(context: Any, inputs: dict[str, Any]) -> str:
        return f"{inputs['kind']}/{inputs['index']:04d}"

    @task(
        name="piece",
        persist_result=True,
        result_serializer="json",
        cache_policy=CacheKeyFnPolicy(cache_key_fn=key),
        result_storage=storage,
    )
    def piece(kind: str, index: int, needs: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
        return {"kind": kind, "index": index, "sha256": "0" * 64}

    # A plain function: Prefect lends the tasks of a coroutine no client, and each makes two, 80 ms.
    @flow(name="bare")
    def bare() -> None:
        done: queue.SimpleQueue[tuple[str, int, PrefectFuture[Any]]] = queue.SimpleQueue()
        made: dict[tuple[str, int], dict[str, Any]] = {}
        left = 3 * shots
        with (
            ThreadPoolTaskRunner(max_workers=Crew.voices) as voices,
            ThreadPoolTaskRunner(max_workers=Crew.painters) as painters,
            ThreadPoolTaskRunner(max_workers=ANIMATORS) as animators,
        ):

            def submit(runner: Any, kind: str, index: int, **more: Any) -> None:
                future = runner.submit(piece, {"kind": kind, "index": index, **more})
                future.add_done_callback(lambda each: done.put((kind, index, each)))

            costs.begin()
            for index in range(1, shots + 1):
                submit(voices, "narration", index)
                submit(painters, "image", index)
            while left:
                kind, index, future = done.get()
                left -= 1
                future.wait()
                made[kind, index] = future.state.result(_sync=True)
                costs.settled(clip=kind == "clip")
                pair = tuple(made[each, index] for each in ("image", "narration") if (each, index) in made)
                if kind != "clip" and len(pair) == 2:
                    submit(animators, "clip", index, needs=pair)

    state: Any = bare(return_state=True)
    return {"state": state.name, "pieces": {"made": 3 * shots}, **costs.told()}


def child(order: dict[str, Any]) -> None:
    """Run one flow and print what it took, and the most memory that this process had, as one JSON object."""
    told = (run_ours if order.pop("kind") == "ours" else run_bare)(order)
    print(json.dumps({**told, "megabytes": highest("self") / 1e6}), flush=True)


# --- in the process that measures -----------------------------------------------------------------


def run_one(kind: str, order: dict[str, Any]) -> dict[str, Any]:
    """Run one flow in a process of its own and return what it told."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.flow", "--child", json.dumps({"kind": kind, **order})],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    if ended.returncode:
        raise SystemExit(f"a flow did not end (exit code {ended.returncode}): {ended.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    if told["state"] != "Completed":
        raise SystemExit(f"a flow ended as {told['state']}")
    return told


def measure(engine: str, shots: int, rounds: int, scratch: Path) -> Iterator[dict[str, Any]]:
    """Yield a row for each kind and run: median seconds of the rounds, and the most memory."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for number in range(rounds):
        output = scratch / f"{engine}-{shots}-{number}"
        ours = {
            "idea": IDEA,
            "seconds": float(max(shots, 4)),
            "shot_seconds": 1.0,
            "height": 144,
            "seed": SEED,
            "output": str(output),
        }
        bare = {"shots": shots, "storage": str(output / "bare")}
        for run in RUNS:
            for kind in KINDS if number % 2 == 0 else reversed(KINDS):
                order = ours if kind == "ours" else bare
                if kind == "ours" and run == "again":
                    (folder,) = (output / "sessions").iterdir()
                    order = {**ours, "idea": "", "session_id": folder.name}
                with fresh(engine, scratch):
                    found.setdefault((kind, run), []).append(run_one(kind, order))
    for run in RUNS:
        for kind in KINDS:
            told = found[kind, run]
            yield {
                "engine": engine,
                "shots": shots,
                "run": run,
                "kind": kind,
                "seconds": median(each["seconds"] for each in told),
                "processor": median(each["processor"] for each in told),
                "megabytes": max(each["megabytes"] for each in told),
                "growth": median(growth(each["resident"]) for each in told),
                "pieces": told[0]["pieces"],
            }


def growth(resident: list[float]) -> float:
    """Return by how much a process's memory grew from clip `SETTLED_SHOTS` to the last."""
    return resident[-1] - resident[min(SETTLED_SHOTS, len(resident)) - 1]


@contextmanager
def fresh(engine: str, scratch: Path) -> Iterator[None]:
    """Run a server of its own with an empty database: one that was told of thousands of tasks writes for minutes."""
    from flows.server.built_in_server import BuiltIn
    from flows.server.studio_processes import ManagedProcesses

    empty = scratch / "empty"
    if not empty.exists():
        os.environ["PREFECT_HOME"] = str(empty)
        first = BuiltIn()
        first.ready()
        first.end()
    home = Path(tempfile.mkdtemp(prefix="home-", dir=scratch))
    shutil.copytree(empty, home, dirs_exist_ok=True)
    os.environ["PREFECT_HOME"] = str(home)
    if engine == "built in":
        built_in = BuiltIn()
        built_in.ready()
        os.environ["PREFECT_API_URL"] = built_in.url
        try:
            yield
        finally:
            built_in.end()
        return
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = int(door.getsockname()[1])
    url = f"http://127.0.0.1:{port}/api"
    processes = ManagedProcesses(home)
    try:
        processes.start_server("127.0.0.1", port, url, home / "log")
        processes.await_ready("server")
        os.environ["PREFECT_API_URL"] = url
        yield
    finally:
        processes.leave()


def print_table(here: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Print all of it for a person."""
    print(f"machine  {here['cores']} cores, {here['cpu']}, Python {here['python']}, load {here['load']}\n")
    head = f"{'':24} {'ms a shot':>20} {'ratio':>7} {'processor, ms':>16} {'ratio':>7} {'memory, MB':>15}"
    print(f"{head} {'growth, MB':>15}")
    print(f"{'engine':9} {'shots':>6} {'run':7} {'ours':>10} {'bare':>9} {'':7} {'ours':>8} {'bare':>7}", end="")
    print(f" {'':7} {'ours':>8} {'bare':>6} {'ours':>8} {'bare':>6}")
    by = {(row["engine"], row["shots"], row["run"], row["kind"]): row for row in rows}
    for engine, shots, run in dict.fromkeys((row["engine"], row["shots"], row["run"]) for row in rows):
        ours, bare = (by[engine, shots, run, kind] for kind in KINDS)
        wall, processor = ([1000 * row[what] / shots for row in (ours, bare)] for what in ("seconds", "processor"))
        print(f"{engine:9} {shots:6} {run:7} {wall[0]:10.1f} {wall[1]:9.1f} {wall[0] / wall[1]:7.2f}", end="")
        print(f" {processor[0]:8.1f} {processor[1]:7.1f} {processor[0] / processor[1]:7.2f}", end="")
        print(f" {ours['megabytes']:8.0f} {bare['megabytes']:6.0f} {ours['growth']:8.1f} {bare['growth']:6.1f}")
    print(
        f"\ntargets: ratio at most {MOST_RATIO:g}, under {1000 * MOST_SECONDS:g} ms a shot, a shot of 1,000 at most "
        f"{MOST_GROWTH:g} times one of 100, memory at the last shot within {MOST_MEGABYTES} MB of that at shot 200"
    )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description="Measure what the flow itself costs.")
    options.add_argument("--shots", type=int, nargs="+", default=[10, 100, 1000], help="shots of the films")
    options.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES, help="on which of them")
    options.add_argument("--rounds", type=int, default=1, help="runs of each, in turn; the median counts (default 1)")
    options.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options.add_argument("--child", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.child:
        child(json.loads(asked.child))
        return
    # Asked to end, leave through every `finally`: no server may live on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="film-bench-") as name:
        scratch = Path(name)
        os.environ.update(
            PREFECT_HOME=f"{scratch}/prefect",
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            DO_NOT_TRACK="1",
            PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
            PREFECT_CLI_PROMPT="false",
        )
        here = machine()
        for engine in asked.engines:
            for shots in asked.shots:
                rows += measure(engine, shots, asked.rounds, scratch)
    print(json.dumps({"machine": here, "rows": rows})) if asked.json else print_table(here, rows)


if __name__ == "__main__":
    main()
