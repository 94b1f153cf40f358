"""Measure how fast a film is gone on with: the real flow on a warm Prefect server, each run in a process of its own.

    python -m tests.bench.resume [--shots 300] [--json]

The crew is the tests' counted one: lines and pictures are instant, clips are real and tiny (144 rows), so what is
measured is the program and its engine. Everything lies in a temporary folder, Prefect's home included. In this order:

    first run     a film of so many shots is begun, killed with SIGKILL when half of its clips are published
    after a kill  the same session again: seconds from the engine's being ready to the first new work, and to the end
    again         once more, now that all is there: nothing may be made, and every task must be Cached on the server

and the same with a film of 7 shots. Of every run is printed:

    engine start  seconds from the process's start until Prefect is imported and the server has answered; from there on:
    flow          until the flow hires its crew, which is just before it opens the session
    opening       until the session is open: its lock, what a crash left, meta
    planning      until the shots are known
    new work      from the engine's being ready until a piece is begun to be made for the first time
    shots         from their being known until the last line, picture, clip and the score were settled
    film          from there to the end of the flow
    whole         all of it beyond the engine's start
    processor     seconds of processor time in it, the server's not counted; on a busy machine this says more
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.film import IDEA, SEED, machine

FEW = 7
"""Shots of the normal film."""
WHOLE_SECONDS, NEW_WORK_SECONDS = 10.0, 2.0
"""What a run that finds everything there, and the first new work after a kill, are to stay under beyond the start."""
PATIENCE_SECONDS = 600
LAG_SECONDS = 120
"""How long the server may take to write what it was told: of 900 tasks on a busy machine it took more than 30 s."""
PARTS = ("engine start", "flow", "opening", "planning", "new work", "shots", "film", "whole", "processor")


# --- in the process that runs the flow ------------------------------------------------------------


def run_flow(order: dict[str, Any]) -> None:
    """Run the flow with the counted crew and print one JSON object: how it ended, moments, calls, states by name.

    The moments are seconds of the monotonic clock, which all processes of a machine share.
    """
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    import blocks.crew
    from flows.direct_run import filmed
    from flows.server.address import PrefectEngine, check_alive
    from studio.model import events
    from studio.model.engines import Crew
    from studio.model.events import Event
    from tests.support.films.fake_crew import Log, fake_crew

    log, moments = Log(), dict[str, float]()

    def hired() -> Crew:
        moments.setdefault("flow", time.monotonic())
        return fake_crew(log)

    blocks.crew.CREWS["offline"] = hired

    def hear(event: Event) -> None:
        now = time.monotonic()
        moments.setdefault(event.kind, now)
        if event.kind in ("reused", "adopted", "made") and event.stage not in ("story", "scene_graph", "shots", "film"):
            moments["settled"] = now

    check_alive(PrefectEngine(os.environ["PREFECT_API_URL"]))
    # As the command has it with the built-in engine: nobody watches for heartbeats, or looks at the run's page.
    with events.listening(hear), temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        moments["ready"], busy = time.monotonic(), time.process_time()
        state: Any = filmed(**order)
        moments["end"], busy = time.monotonic(), time.process_time() - busy
    calls = Counter(kind for kind, _ in log.calls)
    told = {"state": state.name, "moments": moments, "processor": busy, "calls": calls}
    print(json.dumps({**told, "flow_run_id": str(state.state_details.flow_run_id)}), flush=True)


# --- in the process that measures -----------------------------------------------------------------


class Bench:
    """Runs films below a folder, on a server whose address is in the environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def measure(self, name: str, seconds: float) -> dict[str, dict[str, Any]]:
        """Begin a film and kill it half way, go on to its end, run it again; return the figures of each run."""
        output = self.folder / name
        options = {
            "idea": IDEA,
            "seconds": seconds,
            "shot_seconds": 1.0,
            "height": 144,
            "seed": SEED,
            "output": str(output),
        }
        self._run(options, until=lambda: _half_way(output))
        return {"after a kill": self._run(options), "again": self._run({**options, "idea": "", **_only(output)})}

    def _run(self, options: dict[str, Any], until: Callable[[], bool] | None = None) -> dict[str, Any]:
        """Run the flow in a process of its own; with `until`, kill it as soon as that holds."""
        began = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.resume", "--child", json.dumps(options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            while until is not None and child.poll() is None and not until():
                time.sleep(0.02)
            if until is not None:
                child.send_signal(signal.SIGKILL)
            said, complained = child.communicate(timeout=PATIENCE_SECONDS)
        finally:
            child.kill()
            child.wait()
        if until is not None:
            return {}
        if child.returncode:
            raise SystemExit(f"the flow did not end (exit code {child.returncode}): {complained[-2000:]}")
        return _figures(began, json.loads(said.splitlines()[-1]))


def _half_way(output: Path) -> bool:
    plan = next(output.glob("sessions/*/receipts/shots.json"), None)
    if plan is None:
        return False
    shots = len(json.loads((plan.parent.parent / "shots.json").read_bytes()))
    return 2 * len(list(plan.parent.parent.glob("videos/[!.]*.json"))) >= shots


def _only(output: Path) -> dict[str, str]:
    (folder,) = (output / "sessions").iterdir()
    return {"session_id": folder.name}


def _figures(began: float, told: dict[str, Any]) -> dict[str, Any]:
    at = told["moments"]
    ready, known, settled = at["ready"], at["planned"], at["settled"]
    parts = (
        ready - began,
        at["flow"] - ready,
        at["opened"] - at["flow"],
        known - at["opened"],
        at["working"] - ready if "working" in at else None,
        settled - known,
        at["end"] - settled,
        at["end"] - ready,
        told["processor"],
    )
    return {
        **dict(zip(PARTS, parts, strict=True)),
        "state": told["state"],
        "calls": told["calls"],
        "tasks": settled_states(told["flow_run_id"]),
    }


def settled_states(flow_run_id: str) -> dict[str, int]:
    """Count the task states of a finished flow run by name, as the server has them once no more come in."""
    deadline, before = time.monotonic() + LAG_SECONDS, Counter[str]()
    while True:
        names = _states(flow_run_id)
        if (names == before and not names.keys() & {"", "Pending", "Running"}) or time.monotonic() > deadline:
            return dict(names)
        before = names
        time.sleep(1)


def _states(flow_run_id: str) -> Counter[str]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.client.schemas.sorting import TaskRunSort

    mine, names = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id])), Counter[str]()
    with get_client(sync_client=True) as client:
        while page := client.read_task_runs(
            flow_run_filter=mine, sort=TaskRunSort.ID_DESC, limit=200, offset=names.total()
        ):
            names.update(run.state.name if run.state and run.state.name else "" for run in page)
    return names


def print_table(here: dict[str, Any], films: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Print all of it for a person."""
    print(f"machine  {here['cores']} cores, {here['cpu']}, Python {here['python']}, load {here['load']}\n")
    print(f"{'film':10} {'run':13}" + "".join(f"{part:>14}" for part in PARTS))
    for film, runs in films.items():
        for run, figures in runs.items():
            seconds = [f"{figures[part]:12.2f} s" if figures[part] is not None else f"{'-':>14}" for part in PARTS]
            print(f"{film:10} {run:13}" + "".join(seconds))
            print(f"{'':24} tasks {figures['tasks']}; engine calls {figures['calls'] or 'none'}")
    print(
        f"\ntargets: new work after a kill under {NEW_WORK_SECONDS:g} s, a run that finds all there "
        f"under {WHOLE_SECONDS:g} s"
    )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description="Measure how fast a film is gone on with.")
    options.add_argument("--shots", type=int, default=300, help="shots of the long film (default 300)")
    options.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options.add_argument("--child", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.child:
        run_flow(json.loads(asked.child))
        return
    with tempfile.TemporaryDirectory(prefix="film-bench-") as scratch:
        os.environ.update(
            PREFECT_HOME=f"{scratch}/prefect",
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            DO_NOT_TRACK="1",
            PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
            PREFECT_CLI_PROMPT="false",
        )
        from flows.server.built_in_server import BuiltIn

        server = BuiltIn()
        os.environ["PREFECT_API_URL"] = server.url
        server.ready()
        bench, here = Bench(Path(scratch)), machine()
        films = {f"{shots} shots": bench.measure(str(shots), float(shots)) for shots in (FEW, asked.shots)}
    if asked.json:
        figures = json.loads(
            json.dumps({"machine": here, "films": films}), parse_float=lambda text: round(float(text), 3)
        )
        print(json.dumps(figures))
    else:
        print_table(here, films)


if __name__ == "__main__":
    main()
