"""A day under Prefect: films over one studio while flow, worker and server are killed, and what is true in the end.

    python -m tests.bench.day [--films 12] [--kills 2] [--seed 1] [--by-hand]

Each of flow, worker and server is killed with -9 so many times, at moments drawn by the seed, while some films wait for
approval. A run that crashed is retried, as a person does. Prints a table in Markdown; exits 1 where a run is in a state
that is not true, a film is not whole, or a process stays.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from studio.checks.verify import FAULTS, verify
from tests.flows.server.test_supervision import ENDS, PREFECT, Place
from tests.support.servers.prefect_server import wait_for
from tests.support.servers.studio_command import MARK, ask, left_of

OPTIONS: dict[str, Any] = {"seconds": 12.0, "height": 360}
WAITING = 2
"""Films that wait for approval, through two kills."""
APART_SECONDS = (3.0, 25.0)
"""Between two kills, drawn."""
DAY_SECONDS = 3600.0
SETTLED_SECONDS = 300.0
"""After the last film: a run that is still at work then is in no true state."""
POLL_SECONDS = 0.5

app = App(name="day-bench", result_action="return_value", version_flags=[])


class ByHand(Place):
    """Server and worker as a person starts them in two terminals, and starts again where they died."""

    def __init__(self, folder: Path) -> None:
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._environment: dict[str, str] = {}
        super().__init__(folder)

    def start(self) -> None:
        (self.folder / "studio-1").mkdir(parents=True, exist_ok=True)
        self._environment = os.environ | {
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.url,
            "FILM_OUTPUT": str(self.output),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            MARK: str(self.folder / "studio-1"),
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        }
        self._begin("server")
        wait_for("the server", self._answers)
        self.say(str(Path(PREFECT).with_name("film")), "studio", "--set-up-only")
        self._begin("worker")

    def _answers(self) -> bool:
        with suppress(OSError):
            ask(self.url, "/health")
            return True
        return False

    def _begin(self, name: str) -> None:
        words = {
            "server": ["server", "start", "--host", "127.0.0.1", "--port", str(self._port)],
            "worker": ["worker", "start", "--pool", "local"],
        }[name]
        with open(self.folder / f"{name}.log", "ab") as log:
            self._processes[name] = subprocess.Popen(
                [PREFECT, *words],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, names: list[str]) -> None:
        for name in names:
            self._processes[name].kill()
            self._processes[name].wait()
            self._begin(name)

    def leave(self) -> None:
        for process in reversed(self._processes.values()):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes.values():
            process.wait(60)


@contextmanager
def _place(folder: Path, by_hand: bool) -> Iterator[Place]:
    place: Place = ByHand(folder) if by_hand else Place(folder)
    try:
        if not by_hand:
            place.studio.up()
        yield place
    finally:
        place.leave() if isinstance(place, ByHand) else place.studio.end()


@app.default
def bench(
    *,
    films: Annotated[int, Parameter(help="How many are made.")] = 12,
    kills: Annotated[int, Parameter(help="Of flow, worker and server each.")] = 2,
    seed: int = 1,
    by_hand: Annotated[bool, Parameter(negative=(), help="Server and worker as a person starts them.")] = False,
) -> int:
    """Make the films, kill what is to be killed, print the table; return 1 where something in it is not true."""
    began, draw = time.monotonic(), random.Random(seed)
    victims = draw.sample(["flow", "worker", "server"] * kills, 3 * kills)
    with tempfile.TemporaryDirectory(prefix="film-day-") as folder, _place(Path(folder), by_hand) as place:
        waiting = min(WAITING, films)
        runs = [
            place.begin(f"A day: film {n}", **OPTIONS, approve="shots" if n < waiting else "no") for n in range(films)
        ]
        due = time.monotonic() + draw.uniform(*APART_SECONDS)
        retried = 0
        while time.monotonic() - began < DAY_SECONDS:
            if victims and time.monotonic() >= due:
                if _killed(place, victims[0], runs, draw):
                    print(f"{time.monotonic() - began:7.1f} s  killed a {victims.pop(0)}", file=sys.stderr)
                due = time.monotonic() + draw.uniform(*APART_SECONDS)
            states = _states(place, runs)
            retried += _go_on(place, states, approve=len(victims) <= 3 * kills - 2)
            if not victims and all(state["type"] == "COMPLETED" for state in states.values()):
                break
            time.sleep(POLL_SECONDS)
        _settled(place)
        told = _table(place, runs, began, retried)
    left = left_of(place.studio) if not by_hand else []
    print(f"{told[0]}| processes left | {len(left)} |")
    return 1 if told[1] or left else 0


def _killed(place: Place, victim: str, runs: list[str], draw: random.Random) -> bool:
    if victim != "flow":
        place.kill([victim])
        return True
    running = [run for run, state in _states(place, runs).items() if state["type"] == "RUNNING"]
    if not running:
        return False
    with suppress(ProcessLookupError):
        os.kill(place.process(draw.choice(running)), signal.SIGKILL)
    return True


def _settled(place: Place) -> None:
    """Wait until no run is at work: those that look after others end by themselves, the dead are called so."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while time.monotonic() < deadline:
        if all(run["state_type"] in ENDS for run in ask(place.url, "/flow_runs/filter", {"limit": 200})):
            return
        time.sleep(POLL_SECONDS)


def _states(place: Place, runs: list[str]) -> dict[str, dict[str, Any]]:
    while True:
        # A server that was started by hand is away for a while.
        with suppress(OSError):
            return {run: place.state(run) for run in runs}
        time.sleep(POLL_SECONDS)


def _go_on(place: Place, states: dict[str, dict[str, Any]], approve: bool) -> int:
    """Retry what crashed or failed, and approve what waits; return how many were retried."""
    retried = 0
    for run, state in states.items():
        if state["type"] in ENDS and state["type"] != "COMPLETED":
            retried += _said(place, PREFECT, "--no-prompt", "flow-run", "retry", run)
        elif state["name"] == "Suspended" and approve:
            _said(place, str(Path(PREFECT).with_name("film")), "approve", place.session(run).name)
    return retried


def _said(place: Place, *words: str) -> bool:
    """Say a command; False where it is refused: by a server that is away, or of a run that has gone on meanwhile."""
    try:
        place.say(*words)
    except AssertionError:
        return False
    return True


def _table(place: Place, runs: list[str], began: float, retried: int) -> tuple[str, bool]:
    """Return the table, and whether something in it is not as it should be."""
    flow_runs = Counter(run["state"]["name"] for run in ask(place.url, "/flow_runs/filter", {"limit": 200}))
    task_runs: Counter[str] = Counter()
    offset = 0
    while page := ask(place.url, "/task_runs/filter", {"limit": 200, "offset": offset}):
        task_runs.update(run["state_name"] for run in page)
        offset += len(page)
    whole = sum(
        (place.session(run) / "film.mp4").exists()
        and not [found for found in verify(place.session(run)) if found.what in FAULTS]
        for run in runs
    )
    untrue = [name for name in (*flow_runs, *task_runs) if name in ("Running", "Pending", "Scheduled", "Late")]
    rows = [
        ("films", len(runs)),
        ("whole", whole),
        ("retried by hand", retried),
        ("flow runs", ", ".join(f"{count} {name}" for name, count in sorted(flow_runs.items()))),
        ("task runs", ", ".join(f"{count} {name}" for name, count in sorted(task_runs.items()))),
        ("seconds", round(time.monotonic() - began)),
    ]
    table = "| | |\n|---|---|\n" + "".join(f"| {what} | {found} |\n" for what, found in rows)
    # A run that looks after others and was killed is rightly Crashed; a film was retried until it was Completed.
    unmade = [run for run in runs if place.state(run)["type"] != "COMPLETED"]
    return table, bool(untrue or unmade) or whole < len(runs) or bool(set(flow_runs) - {"Completed", "Crashed"})


if __name__ == "__main__":
    raise SystemExit(app())
