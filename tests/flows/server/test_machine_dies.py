"""Deployed with `film studio`: flow, worker, server killed, a run cancelled, one that waits: all end in one film."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.runs.dead_runs import SILENCE_SECONDS
from flows.server.studio_processes import ManagedProcesses
from tests.crash.judge import made
from tests.support.servers.prefect_home import with_tables
from tests.support.servers.prefect_server import wait_for
from tests.support.servers.studio_command import FILM, Studio, alive, ask, free_port, say

pytestmark = pytest.mark.thorough

PREFECT, SESSIONS = (str(Path(sys.executable).with_name(name)) for name in ("prefect", "sessions"))
OPTIONS: dict[str, Any] = {"seconds": 8.0, "shot_seconds": 1.5, "height": 144, "music": False, "seed": 7}
IDEA = "A lighthouse keeper finds a message in a bottle"


class Machine:
    """A person's machine: a server, a studio that uses it, one output folder; each killed and started at will."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._port = folder, free_port()
        self.home, self.output = folder / "prefect", folder / "output"
        self.url = f"http://127.0.0.1:{self._port}/api"
        self._studios = 0
        with_tables(self.home)
        self.start_server()
        self.start_studio()

    def start_server(self) -> None:
        self._processes = ManagedProcesses(self.home)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PREFECT_HOME", str(self.home))
            self._processes.start_server("127.0.0.1", self._port, self.url, self.home / "log")
        self._processes.await_ready("server")

    def kill_server(self) -> None:
        self._processes._there["server"].kill()
        self._processes.leave()

    def start_studio(self) -> None:
        self._studios += 1
        place = self.folder / f"studio-{self._studios}"
        self.studio = Studio(place, self.home, PREFECT_API_URL=self.url, FILM_OUTPUT=str(self.output)).up()

    def begin(self, **more: Any) -> str:
        """Ask for a run that makes a film; return its id."""
        return self._run("local", {"idea": IDEA, **OPTIONS, **more})

    def go_on(self, session_id: str) -> str:
        """Ask for a run that goes on with a session; return its id."""
        return self._run("resume", {"session_id": session_id})

    def _run(self, deployment_name: str, parameters: dict[str, Any]) -> str:
        deployment = ask(self.url, f"/deployments/name/make-film/{deployment_name}")["id"]
        run: dict[str, Any] = ask(self.url, f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = ask(self.url, f"/flow_runs/{run_id}")
        return found

    def state(self, run_id: str) -> str:
        return str(self.run(run_id)["state"]["type"])

    def session(self, run_id: str) -> Path:
        """Return the session that a run has opened."""
        (card,) = wait_for("the session", lambda: list(self.output.glob(f"sessions/*/runs/{run_id}.json")))
        return Path(card).parents[1]

    def in_clips(self, run_id: str) -> tuple[Path, int]:
        """Wait until a run has made a clip; return its session and its process."""
        folder = self.session(run_id)
        wait_for("a clip", lambda: list(folder.glob("videos/[!.]*.json")))
        return folder, int(json.loads((folder / "runs" / f"{run_id}.json").read_text("utf-8"))["pid"])

    def say(self, program: str, *arguments: str) -> str:
        return say(program, *arguments, folder=self.folder, home=self.home, url=self.url, output=self.output)

    def filmed(self, run_id: str) -> Path:
        """Wait for a run's end, which must be a film; return its session."""
        wait_for("the film", lambda: self.state(run_id) in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"))
        state = self.run(run_id)["state"]
        assert state["type"] == "COMPLETED", state
        return self.session(run_id)

    def leave(self) -> None:
        self.studio.end()
        self._processes.leave()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        yield machine
    finally:
        machine.leave()


@pytest.fixture(scope="module")
def undisturbed(machine: Machine) -> dict[str, str]:
    """What a run makes that nothing happens to."""
    return made(machine.filmed(machine.begin()))


def test_cancelled(machine: Machine, undisturbed: dict[str, str]) -> None:
    """A run cancelled in the middle of its work has left within 10 s, is Cancelled and no failure, and goes on."""
    run_id = machine.begin()
    folder, pid = machine.in_clips(run_id)
    asked = datetime.now(UTC)
    cancelling = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
    assert ask(machine.url, f"/flow_runs/{run_id}/set_state", cancelling)["status"] == "ACCEPT"
    wait_for("the process to leave", lambda: not alive(pid))
    took = (datetime.now(UTC) - asked).total_seconds()
    wait_for("the run's end", lambda: machine.state(run_id) == "CANCELLED")
    assert took < 10
    assert not (folder / "failure.json").exists()
    assert not (folder / "film.mp4").exists()
    rows = json.loads(machine.say(SESSIONS, "list", "--json"))
    assert [row["state"] for row in rows if row["session_id"] == folder.name] == ["interrupted"]
    again = machine.go_on(folder.name)
    assert machine.filmed(again) == folder
    assert made(folder) == undisturbed


def test_its_machine_died(machine: Machine, undisturbed: dict[str, str]) -> None:
    """Studio, worker and flow killed at once: Crashed two minutes after a studio is there; a run that waits stays
    suspended meanwhile; both go on."""
    waits = machine.begin(approve="shots")
    wait_for("the question", lambda: machine.run(waits)["state"]["name"] == "Suspended")
    dead = machine.begin()
    folder, pid = machine.in_clips(dead)
    (worker,) = (child for child in machine.studio.children() if child != pid)
    # Stopped first: it would see the others die, and tell the server.
    for victim, number in (
        (machine.studio.process.pid, signal.SIGSTOP),
        *((each, signal.SIGKILL) for each in (worker, pid, machine.studio.process.pid)),
    ):
        os.kill(victim, number)
    machine.studio.process.wait()
    assert machine.state(dead) == "RUNNING"
    machine.start_studio()
    began = datetime.now(UTC)
    wait_for("the crash", lambda: machine.state(dead) == "CRASHED")
    state = machine.run(dead)["state"]
    assert (datetime.fromisoformat(state["timestamp"]) - began).total_seconds() < 150
    assert "retry" in state["message"]
    suspended = machine.run(waits)["state"]
    assert suspended["name"] == "Suspended"
    assert (datetime.now(UTC) - datetime.fromisoformat(suspended["timestamp"])).total_seconds() > SILENCE_SECONDS

    machine.say(PREFECT, "--no-prompt", "flow-run", "retry", dead)
    machine.say(FILM, "approve", machine.session(waits).name)
    wait_for("both to go on", lambda: "RUNNING" not in (machine.state(dead), machine.state(waits)))
    assert machine.filmed(dead) == folder
    assert made(folder) == undisturbed
    answered = machine.filmed(waits)
    # What was asked and answered is a file more.
    assert {name: sum for name, sum in made(answered).items() if name != "approvals.json"} == undisturbed


def test_its_server_died(machine: Machine, undisturbed: dict[str, str]) -> None:
    """kill -9 on the server in the middle of a film: with a server there again the film is there, at most retried."""
    run_id = machine.begin()
    folder, _ = machine.in_clips(run_id)
    machine.kill_server()
    machine.start_server()
    wait_for("the run's end", lambda: machine.state(run_id) not in ("RUNNING", "PENDING", "SCHEDULED"))
    if machine.state(run_id) != "COMPLETED":
        machine.say(PREFECT, "--no-prompt", "flow-run", "retry", run_id)
    assert machine.filmed(run_id) == folder
    assert made(folder) == undisturbed
