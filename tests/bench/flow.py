"""Measure what the flow itself costs: orchestration per shot, beside bare Prefect tasks of the same number.

    python -m tests.bench.flow [--shots 10 100 1000] [--engines server "built in"] [--rounds 1] [--json]

The work takes no time: every engine writes the same few bytes at once. What is left is Prefect, and what this program
adds to it: orders, checksums, receipts, files that are flushed to the disk. Beside it, in the same run and in turn,
runs a flow of bare Prefect tasks: as many, on as many threads, each with a persisted result under a key of its own, the
clip submitted when picture and line are there. Measured is the mapping: from the shots' being known until the last
line, picture, clip and the score were settled. Each run is a process of its own. `first` makes everything, `again`
finds it all cached.

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
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.film import IDEA, SEED, machine

MOST_RATIO, MOST_SECONDS, MOST_GROWTH, MOST_MEGABYTES = 1.3, 0.020, 1.3, 100
"""Targets: beside bare Prefect, per shot, per shot at 1,000 beside 100, and memory from 10 to 1,000 shots."""
PATIENCE_SECONDS = 1_200
KINDS = ("ours", "bare")
RUNS = ("first", "again")
ENGINES = ("server", "built in")


# --- in the process that runs a flow --------------------------------------------------------------


def run_ours(order: dict[str, Any]) -> dict[str, Any]:
    """Run the real flow with engines that take no time; return seconds and how its pieces came to be."""
    import blocks.crew
    from flows.direct_run import filmed
    from studio.model import events
    from studio.model.engines import Crew
    from studio.model.events import Event
    from studio.model.receipt import PieceMeasures
    from studio.production import stages
    from tests.bench.instant import instant_crew

    moments, kinds = dict[str, float](), dict[str, int]()

    def hired() -> Crew:
        return instant_crew()

    def assemble(*asked: Any) -> tuple[PieceMeasures, tuple[tuple[str, bytes], ...]]:
        asked[-1].write_bytes(b"film")
        return PieceMeasures(frames=24, seconds=1.0), ()

    def hear(event: Event) -> None:
        now = time.perf_counter()
        moments.setdefault(event.kind, now)
        if event.kind in ("reused", "adopted", "made") and event.stage in ("images", "narration", "videos", "score"):
            moments["settled"] = now
            kinds[event.kind] = kinds.get(event.kind, 0) + 1

    blocks.crew.CREWS["offline"] = hired
    stages.assemble = assemble
    with events.listening(hear):
        state = filmed(**order)
    return {"state": state.name, "seconds": moments["settled"] - moments["planned"], "pieces": kinds}


def run_bare(order: dict[str, Any]) -> dict[str, Any]:
    """Run as many bare Prefect tasks on as many threads; return seconds and how they ended."""
    from prefect import flow, task
    from prefect.cache_policies import CacheKeyFnPolicy
    from prefect.futures import PrefectFuture
    from prefect.task_runners import ThreadPoolTaskRunner

    from flows.shot_mapping import ANIMATORS
    from studio.model.engines import Crew

    shots, storage = int(order["shots"]), Path(order["storage"])

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
    def bare() -> float:
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

            began = time.perf_counter()
            for index in range(1, shots + 1):
                submit(voices, "narration", index)
                submit(painters, "image", index)
            while left:
                kind, index, future = done.get()
                left -= 1
                future.wait()
                made[kind, index] = future.state.result(_sync=True)
                pair = tuple(made[each, index] for each in ("image", "narration") if (each, index) in made)
                if kind != "clip" and len(pair) == 2:
                    submit(animators, "clip", index, needs=pair)
            return time.perf_counter() - began

    state: Any = bare(return_state=True)
    return {"state": state.name, "seconds": state.result(), "pieces": {"made": 3 * shots}}


def child(order: dict[str, Any]) -> None:
    """Run one flow and print what it took, and the most memory that this process had, as one JSON object."""
    told = (run_ours if order.pop("kind") == "ours" else run_bare)(order)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**told, "megabytes": peak}), flush=True)


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
                "megabytes": max(each["megabytes"] for each in told),
                "pieces": told[0]["pieces"],
            }


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
    print(
        f"{'engine':9} {'shots':>6} {'run':6} {'ours, ms a shot':>16} {'bare, ms a shot':>16} {'ratio':>6} "
        f"{'ours, MB':>9} {'bare, MB':>9}"
    )
    by = {(row["engine"], row["shots"], row["run"], row["kind"]): row for row in rows}
    for engine, shots, run in dict.fromkeys((row["engine"], row["shots"], row["run"]) for row in rows):
        ours, bare = (by[engine, shots, run, kind] for kind in KINDS)
        each = [1000 * row["seconds"] / shots for row in (ours, bare)]
        print(
            f"{engine:9} {shots:6} {run:6} {each[0]:16.1f} {each[1]:16.1f} {each[0] / each[1]:6.2f} "
            f"{ours['megabytes']:9.0f} {bare['megabytes']:9.0f}"
        )
    print(
        f"\ntargets: ratio at most {MOST_RATIO:g}, under {1000 * MOST_SECONDS:g} ms a shot, a shot of 1,000 at most "
        f"{MOST_GROWTH:g} times one of 100, memory within {MOST_MEGABYTES} MB"
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
