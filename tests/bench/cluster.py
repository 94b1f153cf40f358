"""What a film costs a cluster: requests, rows, bytes, and how fast the server records what films report.

    python -m tests.bench.cluster --films 10 [--sqlite]

Brings up the services of compose.yaml (`tests/cluster/stack.py`), or with --sqlite one server and one worker on SQLite,
makes one film and then `--films` at once, and prints one JSON object. Requests are counted in the server's own access
log. The film is README's, of 40 s, but at 144 lines, so that making it takes little of the processor; what the server
is told does not depend on a picture's size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.compose_file import PROJECT
from tests.cluster.stack import Cluster

FILM = {"idea": "A lighthouse keeper finds a message in a bottle", "seconds": 40.0, "height": 144}
HALVES = ("api", "services", "database", "messages")
"""The services whose processor time is measured."""
LOGGED = {"PREFECT_SERVER_LOGGING_LEVEL": "INFO"}
_REQUEST = re.compile(r'"(GET|POST|PATCH|DELETE|PUT) (/api[^ ?]*)')
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass
class Server:
    """A server that is measured: how its database and its access log are read, and how its recorder is stopped."""

    rows: Callable[[], Counter[str]]
    bytes: Callable[[], int]
    log: Callable[[], str]
    processor: Callable[[], Counter[str]]
    pause: Callable[[signal.Signals], object] | None = None


@contextmanager
def cluster() -> Iterator[Server]:
    """Run the services of compose.yaml."""
    with tempfile.TemporaryDirectory(prefix="film-cluster-") as folder, Cluster(Path(folder), more=LOGGED) as there:
        os.environ.update(there.client_environment())
        port, password = there.places.ports["5432"], there.secret("postgres_password")

        def asked(query: str) -> Any:
            import asyncpg

            async def ask() -> Any:
                door = await asyncpg.connect(
                    host="127.0.0.1", port=port, user="prefect", password=password, database="prefect"
                )
                try:
                    return await door.fetch(query)
                finally:
                    await door.close()

            return asyncio.run(ask())

        def rows() -> Counter[str]:
            tables = [row[0] for row in asked("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
            return Counter({table: asked(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables})

        yield Server(
            rows,
            lambda: int(asked("SELECT pg_database_size('prefect')")[0][0]),
            lambda: there.log("api"),
            lambda: Counter({name: _processor_seconds(there.pid(name)) for name in HALVES}),
            lambda number: there.signal("services", number),
        )


@contextmanager
def sqlite() -> Iterator[Server]:
    """Run a server as it is started by hand, on SQLite, and a worker."""
    from tests.support.servers.studio_command import free_port

    with tempfile.TemporaryDirectory(prefix="film-sqlite-") as folder:
        home, port = Path(folder), free_port()
        os.environ.update({**LOGGED, "PREFECT_HOME": folder, "FILM_OUTPUT": f"{folder}/films"})
        prefect = [sys.executable, "-m", "prefect"]
        with open(home / "server.log", "wb") as log:
            server = subprocess.Popen(
                [*prefect, "server", "start", "--port", str(port)], stdout=log, stderr=log, start_new_session=True
            )
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        worker: subprocess.Popen[bytes] | None = None
        try:
            _until(lambda: "Uvicorn running" in (home / "server.log").read_text("utf-8"))
            film = Path(sys.executable).with_name("film")
            subprocess.run([film, "studio", "--set-up-only"], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
            subprocess.run([*prefect, "work-queue", "clear-concurrency-limit", "films", "--pool", "local"], check=True)
            line = [*prefect, "worker", "start", "--pool", "local", "--work-queue", "films", "--limit", "4"]
            worker = subprocess.Popen(line, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

            def rows() -> Counter[str]:
                with sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True, timeout=60) as door:
                    tables = [row[0] for row in door.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                    return Counter({t: door.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables})

            yield Server(
                rows,
                lambda: sum(path.stat().st_size for path in home.glob("prefect.db*")),
                lambda: (home / "server.log").read_text("utf-8", "replace"),
                lambda: Counter({"server": _processor_seconds(server.pid)}),
            )
        finally:
            for process in filter(None, (worker, server)):
                process.terminate()
                process.wait()


def _processor_seconds(group: int) -> float:
    """Return the processor time that a process group has used: on a busy machine that tells more than the clock."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            said = path.read_text("utf-8").rpartition(") ")[2].split()
            # Fields 5, and 14 to 17, of proc(5): its group, its own time and that of its children that ended.
            ticks += sum(map(int, said[11:15])) if int(said[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _until(ready: Callable[[], object], seconds: float = 900.0) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)


def measured(server: Server, films: int, stopped: bool) -> dict[str, Any]:
    """Make films at once; return what that cost the server.

    Args:
        stopped: nothing is recorded while the films are made; how long the recorder then takes is measured.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.client.schemas.objects import FlowRun

    rows, size, told, used = server.rows(), server.bytes(), len(server.log()), server.processor()
    began = time.monotonic()
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("make-film/local").id
        runs = [
            client.create_flow_run_from_deployment(deployment, parameters={**FILM, "seed": seed}).id
            for seed in range(films)
        ]
        mine = FlowRunFilter(id=FlowRunFilterId(any_=runs))

        polls = 0

        def found() -> list[FlowRun]:
            nonlocal polls
            polls += 1
            return client.read_flow_runs(flow_run_filter=mine, limit=200)

        if stopped and server.pause:
            server.pause(signal.SIGSTOP)
        _until(lambda: all(run.state and run.state.is_final() for run in found()))
        took = time.monotonic() - began
        requests = Counter(f"{method} {_ID.sub('ID', path)}" for method, path in _REQUEST.findall(server.log()[told:]))
        # Not those of this program: its polls, and the creation of the runs.
        requests -= Counter({"POST /api/flow_runs/filter": polls, "POST /api/deployments/ID/create_flow_run": films})
        behind, making = server.rows() - rows, server.processor()
        if stopped and server.pause:
            server.pause(signal.SIGCONT)
        began = time.monotonic()
        settled = _settled(server)
        names = Counter(run.state.name for run in found() if run.state)
    new = server.rows() - rows
    drained = max(settled - began, 0.01)
    recording = server.processor()
    return {
        "processor seconds": {
            "while the films are made": {name: round(making[name] - used[name], 1) for name in making},
            "afterwards": {name: round(recording[name] - making[name], 1) for name in making},
        },
        "films": films,
        "states": dict(names),
        "seconds": round(took, 1),
        "requests": {**dict(requests.most_common(12)), "all": sum(requests.values())},
        "rows": {**dict(new.most_common(14)), "all": sum(new.values())},
        "kilobytes": round((server.bytes() - size) / 1000),
        "recorder": {
            "seconds behind": round(drained, 1),
            "task states": new["task_run_state"] - behind["task_run_state"],
            "events": new["events"] - behind["events"],
        },
    }


def _settled(server: Server) -> float:
    """Wait until no more task states and events are recorded for 8 s; return when the last one was."""
    last, since = (-1, -1), time.monotonic()
    while time.monotonic() - since < 8:
        rows = server.rows()
        now = (rows["task_run_state"], rows["events"] // 20)
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.3)
    return since


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=10)
    parser.add_argument("--sqlite", action="store_true")
    asked = parser.parse_args()
    os.environ.pop("PREFECT_API_URL", None)
    with sqlite() if asked.sqlite else cluster() as server:
        print(json.dumps([measured(server, 1, False), measured(server, asked.films, True)], indent=1))


if __name__ == "__main__":
    main()
