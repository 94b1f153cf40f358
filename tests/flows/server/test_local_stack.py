"""Laws of `film studio`: all there with one command, twice is once, and it ends only what it started."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from rich.console import Console

from flows.direct_run import filmed
from flows.server import local_stack
from flows.server.address import PrefectEngine
from flows.server.registration import FILMS_AT_ONCE
from flows.server.studio_processes import PAUSES_SECONDS, ManagedProcesses
from studio.errors import BadInput
from tests.support.films.film_command import assert_one_line
from tests.support.sampled import sampled
from tests.support.servers.another_server import another_server
from tests.support.servers.prefect_home import with_tables
from tests.support.servers.prefect_server import LONG_SECONDS, wait_for
from tests.support.servers.studio_command import Studio, alive, ask, free_port, left_of

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_tables(tmp_path_factory.mktemp("prefect"))


@pytest.fixture(scope="module")
def first(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Studio, str]]:
    """A studio that has started its own server; gives it and the server's API address."""
    port = free_port()
    studio = Studio(tmp_path_factory.mktemp("first"), home, "--port", str(port))
    try:
        yield studio.up(), f"http://127.0.0.1:{port}/api"
    finally:
        studio.end()


def automations(url: str) -> list[dict[str, Any]]:
    return [found for found in ask(url, "/automations/filter", {}) if found["name"].startswith("film-studio")]


def workers(url: str) -> int:
    found = ask(url, "/work_pools/local/workers/filter", {})
    return sum(worker["status"] == "ONLINE" for worker in found)


def test_all_is_there_with_one_command(first: tuple[Studio, str]) -> None:
    """Server with pages, work pool, deployment, automation and worker are there; the line that makes a film is said."""
    studio, url = first
    with urllib.request.urlopen(url.removesuffix("/api"), timeout=30) as pages:
        assert b"<html" in pages.read().lower()
    assert ask(url, "/work_pools/local")["type"] == "process"
    assert ask(url, "/work_pools/local/queues/films")["concurrency_limit"] == FILMS_AT_ONCE
    deployment = ask(url, "/deployments/name/make-film/local")
    assert deployment["work_queue_name"] == "films"
    assert deployment["job_variables"]["env"] == {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
    (automation,) = automations(url)
    related = automation["trigger"]["match_related"]
    assert f"prefect.deployment.{deployment['id']}" in json.dumps(related)
    assert workers(url) == 1
    assert f"PREFECT_API_URL={url} " in studio.said()
    assert "deployment run 'make-film/local' -p idea=" in studio.said()
    assert studio.err.read_text() == ""


def test_nothing_is_sent_home(first: tuple[Studio, str]) -> None:
    """Server and worker run with Prefect's telemetry switched off."""
    studio, _ = first
    for pid in studio.children():
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert b"PREFECT_SERVER_ANALYTICS_ENABLED=false" in environment
        assert b"DO_NOT_TRACK=1" in environment


@pytest.mark.thorough
def test_a_second_one_uses_what_is_there(first: tuple[Studio, str], home: Path, tmp_path: Path) -> None:
    """A second studio takes the server that is there, makes nothing twice, and takes down only its own worker."""
    studio, url = first
    before = automations(url)
    second = Studio(tmp_path, home, PREFECT_API_URL=url).up()
    (worker,) = second.children()
    code, out, err = second.end()
    assert (code, err) == (0, "")
    assert "was there; it stays" in out
    assert not alive(worker)
    assert automations(url) == before
    names = [(found["flow_id"], found["name"]) for found in ask(url, "/deployments/filter", {})]
    assert len(names) == len(set(names))
    assert studio.process.poll() is None
    assert len(studio.children()) == 2


def test_a_worker_ends_with_a_killed_studio(first: tuple[Studio, str], home: Path, tmp_path: Path) -> None:
    """kill -9 on the studio leaves no worker behind, and touches nothing that was there."""
    _, url = first
    second = Studio(tmp_path, home, PREFECT_API_URL=url).up()
    (worker,) = second.children()
    assert second.end(signal.SIGKILL)[0] == -signal.SIGKILL
    wait_for("the worker's end", lambda: not alive(worker))
    assert ask(url, "/health") is True


@pytest.fixture
def webhook() -> Iterator[tuple[str, SimpleQueue[str]]]:
    """A server on loopback that takes webhooks: its address, and what it was sent."""
    heard: SimpleQueue[str] = SimpleQueue()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/films", heard
        server.shutdown()
        thread.join()


def test_the_guides_automation_calls_the_webhook(
    first: tuple[Studio, str], webhook: tuple[str, SimpleQueue[str]], tmp_path: Path
) -> None:
    """The lines of the guide, as they stand there, on a studio's server: a film that fails is told with its reason."""
    _, url = first
    address, heard = webhook
    (lines,) = re.findall(
        r"```python\n(.*?CallWebhook.*?)```", (PROJECT / "docs/guide.md").read_text("utf-8"), re.DOTALL
    )
    assert "https://chat.example/films" in lines
    with temporary_settings({PREFECT_API_URL: url}):
        exec(lines.replace("https://chat.example/films", address), {})
        filmed(session_id="session_19990101_000000", output=str(tmp_path))
    said = heard.get(timeout=LONG_SECONDS)
    assert "Failed" in said
    assert "session_19990101_000000" in said


def _gone(pid: int) -> bool:
    return not alive(pid)


@pytest.mark.thorough
def test_what_dies_again_and_again_is_given_up(first: tuple[Studio, str], home: Path, tmp_path: Path) -> None:
    """Each death is a line; after too many quick ones in a row, one line says so, the studio ends with 1, and with it
    all that it started."""
    _, url = first
    second = Studio(tmp_path, home, PREFECT_API_URL=url).up()
    deaths = 0
    while second.process.poll() is None:
        for worker in second.children():
            os.kill(worker, signal.SIGKILL)
            deaths += 1
            wait_for("its end to be seen", partial(_gone, worker))
    code, out, err = second.end()
    assert code == 1
    assert_one_line(err)
    assert f"the worker has died {deaths} times in a row (signal 9)" in err
    assert out.count("worker     died (signal 9) and is started again") == deaths - 1 == len(PAUSES_SECONDS)
    assert left_of(second) == []


def test_a_server_elsewhere_is_announced_first(
    first: tuple[Studio, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A profile that names a server on another machine is said in the first line, and that server is used."""
    _, url = first
    # Every address that leads there is this machine's.
    monkeypatch.setattr(local_stack, "is_this_machine", lambda url: False)
    elsewhere = local_stack._LocalStack(Console(width=200), PrefectEngine(url, "profile 'far'"))
    assert elsewhere._is_there(set_up_only=True)
    (line,) = capsys.readouterr().out.splitlines()
    assert url in line
    assert "NOT on this machine" in line
    assert "profile 'far'" in line


@pytest.mark.thorough
def test_a_server_that_is_leaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the moment that its studio leaves a server says so; another studio does not take it for one that stays, and
    waits until it has left, though not for ever."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    processes = ManagedProcesses(tmp_path)
    processes.start_server("127.0.0.1", port, url, tmp_path / "log")
    try:
        processes.await_ready("server")
        assert local_stack._answer(url) == "there"
        # What the system does for a studio that is killed, while films hold the server's input.
        processes._there["server"].stop_listening()
        wait_for("the server to say it", lambda: local_stack._answer(url) == "leaving")
        patient = local_stack.GONE_SECONDS
        monkeypatch.setattr(local_stack, "GONE_SECONDS", 0.5)
        with pytest.raises(BadInput, match="was to leave with the studio"):
            local_stack._after_leaving(url)
        monkeypatch.setattr(local_stack, "GONE_SECONDS", patient)
        with ThreadPoolExecutor() as pool:
            after = pool.submit(local_stack._after_leaving, url)
            processes.leave()
            assert after.result() == "none"
    finally:
        processes.leave()


def refused(tmp_path: Path, home: Path, *options: str, **environment: str) -> str:
    studio = Studio(tmp_path, home, *options, **environment)
    assert studio.process.wait(LONG_SECONDS) == 2
    error = studio.err.read_text()
    assert_one_line(error)
    return error


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """What answers at the port and is no Prefect server is left alone, and one line says so."""

    with another_server() as port:
        assert f"port {port} of 127.0.0.1 is taken" in refused(tmp_path, tmp_path / "p", "--port", str(port))


@pytest.mark.thorough
@sampled("port", ["0", "-5", "99999"])
def test_a_port_that_is_none(tmp_path: Path, port: str) -> None:
    """A number that is no port is refused in one line."""
    assert "from 1 to 65535" in refused(tmp_path, tmp_path / "p", "--port", port)


@pytest.mark.thorough
def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """Where Prefect's home cannot be, one line says so before anything is started."""
    (tmp_path / "file").write_text("")
    assert "PREFECT_HOME" in refused(tmp_path, tmp_path / "file" / "prefect", "--port", str(free_port()))


@pytest.mark.thorough
def test_setting_up_needs_a_server(tmp_path: Path) -> None:
    """--set-up-only starts no server: where none answers, one line says what to do."""
    assert "prefect server start" in refused(tmp_path, tmp_path / "p", "--set-up-only", "--port", str(free_port()))


def begun(studio: Studio, url: str, idea: str) -> tuple[str, Path, int]:
    """Begin a film of some twenty shots; give its run, its session's folder and its process, once the first picture is
    there."""
    output = studio.out.parent / "output"
    deployment = ask(url, "/deployments/name/make-film/local")["id"]
    parameters = {"idea": idea, "seconds": 60, "shot_seconds": 2, "height": 360, "music": False}
    run_id = ask(url, f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"]
    (card,) = wait_for("the run's card", lambda: list(output.glob(f"sessions/*/runs/{run_id}.json")))
    folder = card.parents[1]
    wait_for("the first picture", lambda: list(folder.glob("images/[!.]*.json")))
    return run_id, folder, json.loads(card.read_text())["pid"]


@pytest.mark.thorough
def test_a_cancelled_run_and_a_killed_one(first: tuple[Studio, str]) -> None:
    """After a run was cancelled its log does not tell once more how its flow was loaded, and nobody calls it crashed;
    kill -9 on another's process is one line of the studio: which session, how it ended, and the ways to go on."""
    studio, url = first
    cancelled, _, pid = begun(studio, url, "A cancelled train")
    state = {"state": {"type": "CANCELLING", "name": "Cancelling"}, "force": True}
    ask(url, f"/flow_runs/{cancelled}/set_state", state)
    wait_for("the end", lambda: ask(url, f"/flow_runs/{cancelled}")["state"]["type"] == "CANCELLED")
    ended = {
        "event": {"name": ["prefect.worker.executed-flow-run"]},
        "related": {"id": [f"prefect.flow-run.{cancelled}"]},
    }
    wait_for("the worker's end of it", lambda: ask(url, "/events/filter", {"limit": 1, "filter": ended})["events"])
    assert not alive(pid)

    killed, folder, pid = begun(studio, url, "The night train")
    # What the worker says goes out in order: what it has to say of the first run is there when this is.
    wait_for("the worker's line", lambda: any("submitting flow run" in line for line in logged(url, killed)))
    assert sum("deployment pull step(s)" in line for line in logged(url, cancelled)) == 1
    assert not [line for line in logged(url, cancelled) if line.startswith("Finished in state")]
    assert "crashed " not in studio.said()
    os.kill(pid, signal.SIGKILL)
    wait_for("the line", lambda: "crashed " in studio.said())
    (line,) = [line for line in studio.said().splitlines() if line.startswith("crashed ")]
    assert f"{folder.name} · its process ended (signal 9); retry it on its page (" in line
    assert f"/runs/flow-run/{killed}), or " in line
    assert f"film resume {folder.name}" in line
    assert studio.err.read_text() == ""


def logged(url: str, run_id: str) -> list[str]:
    found = ask(url, "/logs/filter", {"logs": {"flow_run_id": {"any_": [run_id]}}, "limit": 200})
    return [log["message"] for log in found]


def test_ctrl_c_ends_films_well(first: tuple[Studio, str], home: Path) -> None:
    """Ctrl-C with a film in the making: its run is Crashed, nothing is left running, exit 0."""
    studio, url = first
    run_id, session, pid = begun(studio, url, "The last train")
    children = studio.children()

    code, out, err = studio.end()
    assert code == 0, err
    assert "Traceback" not in err
    assert "asked to end" in out
    assert not any(alive(pid) for pid in (*children, pid))
    with closing(sqlite3.connect(home / "prefect.db")) as database:
        states = database.execute("select state_type from flow_run where id = ?", (run_id,)).fetchall()
    assert states == [("CRASHED",)]
    assert not (session / "film.mp4").exists()


@pytest.mark.thorough
def test_ctrl_c_again_leaves_nothing(tmp_path: Path) -> None:
    """A second Ctrl-C ends all at once, the films in the making too.

    Its database is its own: beside another studio on the same one, whose worker takes the film is a matter of luck. It
    does not exist before: this studio makes it.
    """
    port = free_port()
    studio, url = Studio(tmp_path, tmp_path / "prefect", "--port", str(port)).up(), f"http://127.0.0.1:{port}/api"
    deployment = ask(url, "/deployments/name/make-film/local")["id"]
    parameters = {"idea": "The night train", "seconds": 60, "height": 720, "music": False}
    run_id = ask(url, f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"]
    cards = tmp_path / "output"
    wait_for("the run", lambda: list(cards.glob(f"sessions/*/runs/{run_id}.json")))
    (card,) = cards.glob(f"sessions/*/runs/{run_id}.json")
    children, pid = studio.children(), json.loads(card.read_text())["pid"]

    def ended() -> bool:
        studio.process.send_signal(signal.SIGINT)
        return studio.process.poll() is not None

    wait_for("the studio's end", ended)
    since = time.monotonic()
    wait_for("the others' end", lambda: not any(alive(each) for each in (*children, pid)))
    # Left alone, the film's process finds out by itself that its server is gone, but not at once.
    assert time.monotonic() - since < 5
