"""Laws of what `film studio` keeps up: whatever is killed whenever, films are made, states are true, nothing stays."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.server.local_runs import LocalRuns
from flows.server.messages import Message
from studio.checks.verify import FAULTS, verify
from tests.support.servers.prefect_home import with_tables
from tests.support.servers.prefect_server import wait_for
from tests.support.servers.studio_command import FILM, Studio, alive, ask, free_port, left_of, say

PREFECT = str(Path(sys.executable).with_name("prefect"))
OPTIONS: dict[str, Any] = {"seconds": 6.0, "shot_seconds": 1.5, "height": 144, "music": False, "seed": 7}
ENDS = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
SEED = 20261129


class Place:
    """A person's machine: one home, one port, one output folder, and a studio that is killed and started at will."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._port, self._studios = folder, free_port(), 0
        self.home, self.output = with_tables(folder / "prefect"), folder / "output"
        self.url = f"http://127.0.0.1:{self._port}/api"
        self.start()

    def start(self) -> None:
        """Start a studio, for the first time or after one that was killed."""
        self._studios += 1
        place = self.folder / f"studio-{self._studios}"
        self.studio = Studio(place, self.home, "--port", str(self._port), FILM_OUTPUT=str(self.output))

    def begin(self, idea: str, **more: Any) -> str:
        deployment = ask(self.url, "/deployments/name/make-film/local")["id"]
        parameters: dict[str, Any] = {"idea": idea} | OPTIONS | more
        run: dict[str, Any] = ask(self.url, f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def state(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = ask(self.url, f"/flow_runs/{run_id}")["state"]
        return found

    def session(self, run_id: str) -> Path:
        (card,) = wait_for("the session", lambda: list(self.output.glob(f"sessions/*/runs/{run_id}.json")))
        return Path(card).parents[1]

    def process(self, run_id: str) -> int:
        return int(json.loads((self.session(run_id) / "runs" / f"{run_id}.json").read_text("utf-8"))["pid"])

    def reached(self, phase: str, run_id: str) -> None:
        """Wait until a run has come so far; one that has ended has, too."""
        if phase == "suspended":
            wait_for("the question", lambda: self.state(run_id)["name"] == "Suspended")
        elif phase != "before":
            folder = self.session(run_id)
            wait_for(phase, lambda: list(folder.glob(f"{phase}/[!.]*.json")) or self.state(run_id)["type"] in ENDS)

    def stopped(self, phase: str, run_id: str) -> int:
        """Stop a run's process once the run has come so far, so that it comes no farther; return the process."""
        self.reached(phase, run_id)
        pid = self.process(run_id)
        os.kill(pid, signal.SIGSTOP)
        assert self.state(run_id)["type"] == "RUNNING"
        return pid

    def processes(self) -> dict[str, int]:
        """Return the processes of worker and server, once both are there."""

        def both() -> dict[str, int] | None:
            found = {}
            for pid in self.studio.children():
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                for name, module in (("server", b"flows.server.built_in_server"), ("worker", b"flows.server.worker")):
                    if module in words:
                        found[name] = pid
            return found if len(found) == 2 else None

        found: dict[str, int] = wait_for("both", both)
        return found

    def kill(self, names: list[str]) -> None:
        """Kill the one or the other, and wait until each is there again."""
        said = {name: self._returns(name) for name in names}
        there = self.processes()
        for name in names:
            os.kill(there[name], signal.SIGKILL)
        wait_for("them", lambda: all(self._returns(name) > before for name, before in said.items()))

    def _returns(self, name: str) -> int:
        return self.studio.said().count(f"{name:<11}is there again")

    def say(self, program: str, *arguments: str) -> None:
        say(program, *arguments, folder=self.folder, home=self.home, url=self.url, output=self.output)

    def filmed(self, run_id: str) -> None:
        """Wait for a run's end, which must be a film, whole."""
        wait_for("the film", lambda: self.state(run_id)["type"] in ENDS)
        assert self.state(run_id)["type"] == "COMPLETED", self.state(run_id)
        folder = self.session(run_id)
        assert (folder / "film.mp4").exists()
        assert [found for found in verify(folder) if found.what in FAULTS] == []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    try:
        place.studio.up()
        yield place
    finally:
        place.studio.end()


@pytest.mark.thorough
def test_films_are_made_whatever_dies(place: Place) -> None:
    """Worker, server or both killed while a film is not begun, in its pictures, in its clips, suspended: every film is
    made and whole, no run is in a state that is not true, each event is a line, nothing else is said."""
    draw = random.Random(SEED)
    victims = draw.sample([["worker"], ["server"], ["worker", "server"], ["worker"]], 4)
    phases = draw.sample(["before", "images", "videos", "suspended"], 4)
    runs = {}
    for phase, names in zip(phases, victims, strict=True):
        runs[phase] = place.begin(f"A film that is killed: {phase}", approve="shots" if phase == "suspended" else "no")
        place.reached(phase, runs[phase])
        place.kill(names)
    place.say(FILM, "approve", place.session(runs["suspended"]).name)
    for run in runs.values():
        place.filmed(run)
    states = {run["state"]["type"] for run in ask(place.url, "/flow_runs/filter", {})}
    assert states == {"COMPLETED"}
    said = place.studio.said()
    assert said.count("died (signal 9) and is started again") == sum(map(len, victims))
    assert "crashed " not in said
    assert place.studio.err.read_text() == ""
    for name in ("server", "worker"):
        log = (place.home / f"film-studio-{name}.log").read_text()
        assert log.count(f"the {name} is started") == 1 + sum(name in names for names in victims)


def test_a_film_outlives_its_worker(place: Place) -> None:
    """Its worker killed, a film goes on. Killed itself then, though nobody of Prefect's waits for it any more, it is
    Crashed at once and a line says so; retried it is made by the new worker, what was finished from the cache."""
    run_id = place.begin("A film without a worker", seconds=12.0)
    place.stopped("images", run_id)
    place.kill(["worker"])
    os.kill(place.process(run_id), signal.SIGCONT)
    pid = place.stopped("videos", run_id)
    os.kill(pid, signal.SIGKILL)
    wait_for("the crash", lambda: place.state(run_id)["type"] == "CRASHED")
    assert "(signal 9)" in place.state(run_id)["message"]
    folder = place.session(run_id)
    wait_for("the line", lambda: f"crashed    {folder.name} · its process ended (signal 9); " in place.studio.said())
    finished = receipts(folder)
    retried = ask(place.url, f"/flow_runs/{run_id}/set_state", {"state": {"type": "SCHEDULED"}, "force": True})
    assert retried["status"] == "ACCEPT"
    place.filmed(run_id)
    assert {name: text for name, text in receipts(folder).items() if name in finished} == finished
    cached = {"flow_runs": {"id": {"any_": [run_id]}}, "task_runs": {"state": {"name": {"any_": ["Cached"]}}}}
    wait_for("cached states", lambda: len(ask(place.url, "/task_runs/filter", cached)) >= 3)


def receipts(folder: Path) -> dict[str, bytes]:
    """Return the receipts of a session's pictures and clips, by path."""
    return {
        str(path): path.read_bytes() for stage in ("images", "videos") for path in folder.glob(f"{stage}/[!.]*.json")
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUNNING", "CRASHED"),
        ("PENDING", "CRASHED"),
        ("CANCELLING", "CANCELLED"),
        ("COMPLETED", "COMPLETED"),
        ("FAILED", "FAILED"),
        ("CRASHED", "CRASHED"),
    ],
)
def test_what_becomes_of_a_run_whose_worker_died(place: Place, before: str, after: str) -> None:
    """A run whose process has ended keeps what it said itself, and is else what is true; one that was taken and not
    begun is scheduled again, where it still waits for that."""
    flow = ask(place.url, "/flows/", {"name": "made-by-hand"})["id"]
    ours, taken = (ask(place.url, "/flow_runs/", {"flow_id": flow, "state": {"type": before}})["id"] for _ in range(2))
    worker = subprocess.Popen(["sleep", "600"], start_new_session=True)
    films = LocalRuns()
    films.hear(Message(what="taken", run_id=taken, name="one"))
    films.hear(Message(what="taken", run_id=ours, name="one"))
    films.hear(Message(what="begun", run_id=ours, name="one", pid=worker.pid))
    going_on, requests = films.worker_died(worker.pid)
    assert (going_on, len(requests), films.ended()) == (1, 1, [])
    worker.kill()
    requests += wait_for("its end", films.ended)
    with temporary_settings({PREFECT_API_URL: place.url}):
        told = [word.what for request in requests if (word := request()) is not None]
    assert place.state(ours)["type"] == after
    assert place.state(taken)["type"] == ("SCHEDULED" if before == "PENDING" else before)
    assert told == {"CRASHED": ["died"], "FAILED": ["failed"]}.get(after, [])


@pytest.mark.thorough
def test_a_studio_that_is_killed(place: Place) -> None:
    """kill -9 of the studio, a film with its worker and one without: both leave, as all else does, and are Crashed; a
    studio that is started before waits until its server has left, too, and with it a retry makes them."""
    runs = [place.begin("A film without a worker or a studio", seconds=12.0, height=720)]
    films = [place.stopped("images", runs[0])]
    place.kill(["worker"])
    runs.append(place.begin("A film without a studio", seconds=12.0, height=720))
    films.append(place.stopped("images", runs[1]))
    killed = place.studio
    killed.end(signal.SIGKILL)
    place.start()
    wait_for("the wait", lambda: "it is about to end: waiting for that" in place.studio.said())
    for pid in films:
        os.kill(pid, signal.SIGCONT)
    wait_for("the end of all", lambda: not left_of(killed))
    place.studio.up()
    assert "(started here; " in place.studio.said()
    for run_id in runs:
        assert place.state(run_id)["type"] == "CRASHED"
        place.say(PREFECT, "--no-prompt", "flow-run", "retry", run_id)
    for run_id in runs:
        place.filmed(run_id)


@pytest.mark.thorough
def test_ctrl_c_while_all_is_dead(place: Place) -> None:
    """Ctrl-C just after worker and server died, with a film in the making: exit 0, no traceback, no process stays."""
    run_id = place.begin("The last film", seconds=20.0, height=720)
    place.reached("images", run_id)
    pid = place.process(run_id)
    for each in place.processes().values():
        os.kill(each, signal.SIGKILL)
    code, _, err = place.studio.end()
    assert (code, err) == (0, "")
    assert left_of(place.studio) == []
    assert not alive(pid)
