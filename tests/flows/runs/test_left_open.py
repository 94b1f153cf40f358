"""What a killed run left open on its server is closed by whoever goes on: the run itself, or another on its session."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.flow_engine import run_flow_async
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelled, Completed, Crashed, Failed, Paused, Pending, Running, Scheduled

import blocks.crew
from flows.make_film import make_film
from flows.runs.left_open import _end_of, close_earlier, close_tasks
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.film_command import IDEA, TINY, Film
from tests.support.sampled import sampled
from tests.support.servers.prefect_server import task_runs, wait_for

KINDS = ("image", "story", "shots", "video")


def killed(film: Film, kind: str) -> UUID:
    """Make a film in a process and kill it with -9 in the middle of a piece; return its flow run."""
    process = film.start("make", IDEA, *TINY, slow=kind, seconds=600)
    film.wait_for(process, lambda: film.calls(f"{kind} begin") >= 1)
    run_id = UUID(next((film.sessions[-1] / "runs").glob("*.json")).stem)
    film.wait_for(process, lambda: "Running" in states(run_id))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return run_id


def flow_run(run_id: UUID) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run_id)


def retried(run_id: UUID, film: Film, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the same flow run again, as a worker does after `prefect flow-run retry`; return the state it ended in."""
    monkeypatch.setitem(blocks.crew.CREWS, "offline", lambda: fake_crew(Log()))
    monkeypatch.chdir(film.folder)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run_id, Crashed(message="no sign of life"), force=True)
        client.set_flow_run_state(run_id, Scheduled(name="AwaitingRetry"), force=True)
        run = client.read_flow_run(run_id)
    again: Any = run_flow_async(make_film, flow_run=run, parameters=run.parameters, return_type="state")
    return asyncio.run(again)


def states(run_id: UUID) -> list[str]:
    return [run.state.name if run.state else "" for run in task_runs(str(run_id))]


def all_final(run_id: UUID) -> list[str]:
    """Return the states of the run's task runs, once all of them are final."""

    def look() -> list[str]:
        states = [run.state for run in task_runs(str(run_id))]
        return [state.name for state in states] if all(state and state.is_final() for state in states) else []

    found: list[str] = wait_for("every task run to be at its end", look)
    return found


@sampled("kind", KINDS)
def test_a_retry_leaves_no_task_run_open(film: Film, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """kill -9 in the middle of any stage, and a retry: the run is completed, and no task run of it is still at work."""
    run_id = killed(film, kind)
    state = retried(run_id, film, monkeypatch)
    assert state.is_completed(), state
    assert "Crashed" in all_final(run_id)
    assert flow_run(run_id).state_type == StateType.COMPLETED


@pytest.mark.thorough
def test_another_run_closes_what_died(film: Film) -> None:
    """`film resume` after a kill -9: the run that died is Crashed on its server, and so is what it had in hand."""
    died = killed(film, "image")
    code, _, err = film.run("resume")
    assert code == 0, err
    assert flow_run(died).state_type == StateType.CRASHED
    assert "Crashed" in all_final(died)


@pytest.mark.thorough
def test_an_interrupted_run_leaves_no_task_run_open(film: Film) -> None:
    """Ctrl-C while pictures are in hand and others wait for their turn: nothing stays open."""
    process = film.start(
        "make", IDEA, "--seconds", "24", "--shot-seconds", "2", "--height", "144", slow="image", seconds=1.5
    )
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    card = next((film.sessions[-1] / "runs").glob("*.json"))
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert all_final(UUID(card.stem))


# --- what counts ----------------------------------------------------------------------------------


@flow
def nothing() -> None:
    """A flow to create runs of."""


@task
def nothing_at_all() -> None:
    """A task to create runs of."""


def run_in(state: State[Any]) -> UUID:
    with get_client(sync_client=True) as client:
        return client.create_flow_run(nothing, state=state).id


def task_in(run_id: UUID, state: State[Any]) -> UUID:
    with get_client(sync_client=True) as client:
        made = client.create_task_run(nothing_at_all, run_id, dynamic_key=uuid4().hex, state=Pending())
        client.set_task_run_state(made.id, state, force=True)
        return made.id


def task_run(task_id: UUID) -> Any:
    with get_client(sync_client=True) as client:
        return client.read_task_run(task_id)


def is_completed(task_id: UUID) -> bool:
    return task_run(task_id).state.is_completed() is True


def write_card(folder: Path, run_id: UUID, **more: str) -> None:
    """Write a run's card: it began in an hour's time, so that its state on the server is older."""
    started = (datetime.now() + timedelta(hours=1)).isoformat(timespec="seconds")
    card = {"flow_run_id": str(run_id), "pid": 1, "host": "h", "started_at": started, "version": "0", "ended_at": ""}
    (folder / "runs").mkdir(exist_ok=True)
    (folder / "runs" / f"{run_id}.json").write_text(json.dumps(card | more))


OPEN: list[State[Any]] = [Pending(), Running(), Scheduled(name="AwaitingRetry"), Paused(), Running(name="Retrying")]
FINAL: list[State[Any]] = [Completed(), Failed(), Crashed(), Cancelled()]


@pytest.mark.usefixtures("server")
def test_only_what_is_open_is_closed() -> None:
    """Whatever open state a task run is in, it gets a final one; a final one stays, and so does one that is spared."""
    run_id = run_in(Running())
    open_ones = [task_in(run_id, state) for state in OPEN]
    final = {task_in(run_id, state): state.name for state in FINAL}
    spared = task_in(run_id, Running())
    assert close_tasks([run_id], but={spared}) == ""

    def closed() -> bool:
        # One whose state is being recorded has none for a moment.
        return all((state := task_run(each).state) is not None and state.is_final() for each in open_ones)

    wait_for("the open ones to be closed", closed)
    assert [task_run(each).state.name for each in open_ones] == ["Cancelled", *["Crashed"] * 4]
    assert {each: task_run(each).state.name for each in final} == final
    assert task_run(spared).state.name == "Running"


@pytest.mark.usefixtures("server")
def test_what_a_living_process_still_says_counts() -> None:
    """An end that comes late, of a task run that was taken for dead, is younger than ours: it stands, whichever of the
    two the server takes up first."""
    for ours_first in (True, False):
        run_id = run_in(Running())
        late = task_in(run_id, Running())
        seen = task_run(late)
        ours = _end_of(seen)
        theirs = ours.model_copy(
            update={
                "id": uuid4(),
                "event": "prefect.task-run.Completed",
                "occurred": ours.occurred + timedelta(seconds=3),
                "payload": ours.payload
                | {"validated_state": {"type": "COMPLETED", "name": "Completed", "message": None, "data": None}},
            }
        )
        with get_client(sync_client=True) as client:
            for event in (ours, theirs) if ours_first else (theirs, ours):
                client.request("POST", "/events", json=[event.model_dump(mode="json")]).raise_for_status()
        wait_for("the late end", partial(is_completed, late))
        assert close_tasks([run_id]) == ""
        assert task_run(late).state.is_completed()


@pytest.mark.usefixtures("server")
def test_only_a_run_that_died_is_called_crashed(tmp_path: Path) -> None:
    """A run whose card tells an end, that waits for a person, that is being retried, that ended, or whose process
    began anew after its card: it stays what it is."""
    own, died = run_in(Running()), run_in(Running())
    write_card(tmp_path, own)
    write_card(tmp_path, died)
    stays = {run_in(state): state.name for state in (Scheduled(name="AwaitingRetry"), Pending(), Paused(), *FINAL)}
    for run_id in stays:
        write_card(tmp_path, run_id)
    ended, waits, again = (run_in(Running()) for _ in range(3))
    write_card(tmp_path, ended, ended_at="2026-01-01T00:00:00")
    write_card(tmp_path, waits, waits_for="images")
    write_card(tmp_path, again, started_at="2026-01-01T00:00:00")
    stays |= dict.fromkeys((own, ended, waits, again), "Running")
    (tmp_path / "runs" / "torn.json").write_text("{")
    (tmp_path / "runs" / "not-a-run.json").write_text('{"ended_at": "", "started_at": "x", "flow_run_id": "y"}')
    assert close_earlier(tmp_path, own) == ""
    assert flow_run(died).state_type == StateType.CRASHED
    assert {run_id: flow_run(run_id).state_name for run_id in stays} == stays


def test_a_server_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No film stops for that: the reason comes back in words."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert "Connect" in close_tasks([uuid4()])
