"""Laws of a suspended run: its process gone, its session free, answered by command, gone on with from cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from flows.runs.dead_runs import Watch
from studio.sessions.find_or_make import unfinished
from studio.status.listing import read_listing
from studio.store import lock
from tests.flows.test_approval_form import OLD_FORM
from tests.support.films.film_command import IDEA, PATIENCE_SECONDS, Film, assert_one_line
from tests.support.sampled import sampled
from tests.support.servers.forgetful_server import DATABASES, server_by_hand
from tests.support.sessions.make_sessions import make_session

PROJECT = Path(__file__).parents[3]
SHORT: dict[str, Any] = {"seconds": 5.0, "shot_seconds": 2.0, "music": False}
"""A film of two shots."""


class Deployment:
    """Runs of a deployment, each started as a worker starts it, in a process of its own."""

    def __init__(self, film: Film) -> None:
        from prefect.client.orchestration import get_client

        self._film = film
        with get_client(sync_client=True) as client:
            flow_id = client.create_flow_from_name("make-film")
            where = {"prefect.deployments.steps.set_working_directory": {"directory": str(PROJECT)}}
            self._id = client.create_deployment(
                flow_id,
                f"approval-{uuid4()}",
                entrypoint="tests/support/films/deployed_fake.py:make_film",
                pull_steps=[where],
                parameter_openapi_schema={},
            )

    def begin(self, *, name: str | None = None, **parameters: Any) -> str:
        from prefect.client.orchestration import get_client

        parameters = {
            "idea": IDEA,
            **SHORT,
            "height": 144,
            "output": str(self._film.folder / "output"),
            **parameters,
        }
        with get_client(sync_client=True) as client:
            return str(client.create_flow_run_from_deployment(self._id, parameters=parameters, name=name).id)

    def work(self, run_id: str) -> str:
        """Let the run work until its process ends; return the name of the state it is in then."""
        from prefect.client.orchestration import get_client
        from prefect.states import Pending

        with get_client(sync_client=True) as client:
            client.set_flow_run_state(UUID(run_id), Pending())
        done = subprocess.run(
            [sys.executable, "-m", "prefect.engine", run_id],
            cwd=PROJECT,
            env=self._film.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr
        with get_client(sync_client=True) as client:
            state = client.read_flow_run(UUID(run_id)).state
        assert state is not None
        return f"{state.name}: {state.message}" if state.is_cancelled() else state.name or ""


def logged(run_id: str) -> list[str]:
    """Return the lines of a run's log; called when its process has ended and sent them all."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
    from prefect.client.schemas.sorting import LogSort

    mine = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[UUID(run_id)]))
    with get_client(sync_client=True) as client:
        return [log.message for log in client.read_logs(mine, limit=200, sort=LogSort.TIMESTAMP_ASC)]


@pytest.fixture
def deployment(film: Film) -> Deployment:
    film.environment |= {"NO_COLOR": "1", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"}
    return Deployment(film)


def test_suspended_redone_approved(film: Film, deployment: Deployment) -> None:
    """Suspended with its process gone and its session free; a redo asks again; approved it is finished from cache."""
    run_id = deployment.begin(approve="images")
    assert deployment.work(run_id) == "Suspended"
    (folder,) = film.sessions
    listing = read_listing(folder)
    assert listing is not None
    assert (listing.state, listing.images, listing.clips) == ("waiting", listing.shots, 0)
    assert not lock.is_locked(folder)
    assert not (folder / "failure.json").exists()
    assert json.loads((folder / f"runs/{run_id}.json").read_text("utf-8"))["ended_at"]
    assert unfinished(folder.parent) == []
    painted = film.calls("image begin")

    code, _, err = film.run("approve", folder.name, "--redo", "99")
    assert (code, "there is no shot 99" in err) == (2, True)
    code, out, err = film.run("approve", folder.name, "--redo", "2", "--notes", "at night")
    assert (code, err) == (0, ""), err
    assert out.startswith("to redo: 2; the run goes on: ")
    assert deployment.work(run_id) == "Suspended"
    assert film.calls("image begin") == painted + 1
    assert film.calls("video begin") == 0

    assert film.run("approve", folder.name)[0] == 0
    assert deployment.work(run_id) == "Completed"
    log = logged(run_id)
    last = log[max(place for place, line in enumerate(log) if " goes on: " in line) :]
    assert [line for line, count in Counter(last).items() if count > 1] == []
    assert "the images are approved" in last
    assert "[SKIP] shot 1: image is there" in last
    assert not [line for line in log if line.startswith("Suspending")]
    assert film.calls("image begin") == painted + 1
    assert film.calls("video begin") == listing.shots
    assert film.calls("story begin") == 1
    assert (folder / "film.mp4").is_file()
    assert film.sessions == [folder]
    code, _, err = film.run("approve", folder.name)
    assert code == 2
    assert_one_line(err)


@pytest.mark.thorough
@pytest.mark.thorough
def test_a_question_of_an_earlier_release(film: Film, deployment: Deployment) -> None:
    """A question that was open before this release is answered through its own form, and by the command."""
    from prefect.client.orchestration import get_client

    run_id = deployment.begin(approve="images")
    assert deployment.work(run_id) == "Suspended"
    (folder,) = film.sessions
    asked_with_the_old_form(run_id)
    assert film.run("approve", folder.name, "--redo", "1")[0] == 0
    assert deployment.work(run_id) == "Suspended"
    asked_with_the_old_form(run_id)
    with get_client(sync_client=True) as client:
        given = {"approve": True, "shots_to_redo": "", "notes": ""}
        assert client.resume_flow_run(UUID(run_id), run_input=given).status.value == "ACCEPT"
    assert deployment.work(run_id) == "Completed"
    assert [asked["redo"] for asked in json.loads((folder / "approvals.json").read_text("utf-8"))] == [[1], []]
    assert (folder / "film.mp4").is_file()


def asked_with_the_old_form(run_id: str) -> None:
    """Give a suspended run's question the form that an earlier release recorded on the server."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        state = client.read_flow_run(UUID(run_id)).state
        assert state is not None
        keys = state.state_details.run_input_keyset
        assert keys is not None
        client.delete_flow_run_input(UUID(run_id), keys["schema"])
        client.create_flow_run_input(UUID(run_id), keys["schema"], json.dumps(OLD_FORM))


@pytest.mark.thorough
def test_only_an_answer_approves_and_a_no_ends_it(film: Film, deployment: Deployment) -> None:
    """Resumed without an answer it waits on; after `film approve --reject` the run ends as Cancelled, no failure is
    told, and `film resume` finishes the film without asking."""
    from prefect.client.orchestration import get_client

    run_id = deployment.begin(approve="shots")
    assert deployment.work(run_id) == "Suspended"
    (folder,) = film.sessions
    with get_client(sync_client=True) as client:
        assert client.resume_flow_run(UUID(run_id)).status.value == "REJECT"
        state = client.read_flow_run(UUID(run_id)).state
    assert state is not None
    assert state.name == "Suspended"
    assert film.calls("image begin") == 0
    assert film.run("approve", folder.name, "--reject", "--notes", "too dark")[0] == 0
    assert deployment.work(run_id).startswith("Cancelled: rejected: too dark")
    assert not (folder / "failure.json").exists()
    code, _, err = film.run("resume", folder.name)
    assert code == 0, err
    assert (folder / "film.mp4").is_file()


@pytest.mark.thorough
@pytest.mark.parametrize("database", DATABASES)
def test_called_dead_while_it_waited(tmp_path: Path, database: str) -> None:
    """On a server that loses `Suspended` events a run waits for an hour; that an earlier release then calls it crashed
    changes nothing: `film approve` answers it, and it finishes its film."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.states import Crashed

    moments = iter(range(0, 3600, 60))
    with server_by_hand(tmp_path / "server", database) as url, temporary_settings({PREFECT_API_URL: url}):
        film = Film(tmp_path, url)
        deployment, watch = Deployment(film), Watch(lambda: float(next(moments)))
        run_id = deployment.begin(approve="images")
        assert deployment.work(run_id) == "Suspended"
        with get_client(sync_client=True) as client:
            assert [watch.look(client) for _ in range(60)] == [[]] * 60
            wrong = Crashed(message="No sign of life for 90 s: its process, or its machine, is gone.")
            assert client.set_flow_run_state(UUID(run_id), wrong).status.value == "ACCEPT"
        (folder,) = film.sessions
        code, _, err = film.run("approve", folder.name)
        assert (code, err) == (0, ""), err
        assert deployment.work(run_id) == "Completed"
        assert (folder / "film.mp4").is_file()
        assert film.calls("story begin") == 1
        film.end()


@pytest.mark.thorough
@sampled("server_up", [True, False])
def test_the_run_that_waited_is_gone(film: Film, server_up: bool) -> None:
    """Whose run is not on the server any more: one line with the way on, and nothing waits; no server: one line."""
    folder = make_session(film.folder / "output" / "sessions", clips=0, film=False)
    run_id = str(uuid4())
    asked = [{"asked_for": "images", "flow_run_id": run_id, "asked_at": "2025-02-08T00:23:00", "shown": []}]
    (folder / "approvals.json").write_text(json.dumps(asked), "utf-8")
    card = {"flow_run_id": run_id, "ended_at": "2025-02-08T00:23:01", "waits_for": "images", "waits_since": ""}
    (folder / "runs").mkdir()
    (folder / f"runs/{run_id}.json").write_text(json.dumps(card), "utf-8")
    assert film.run("resume")[0] == 2
    if not server_up:
        film.environment["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    code, _, err = film.run("approve", folder.name)
    assert code == 2
    assert_one_line(err)
    listing = read_listing(folder)
    assert listing is not None
    assert listing.state == ("interrupted" if server_up else "waiting")
    assert f"film resume {folder.name}" in err if server_up else "no Prefect server answers" in err
    assert os.listdir(folder / "runs") == [f"{run_id}.json"]
