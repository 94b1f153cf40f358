"""Deployed on a real server with a real worker: run, killed, retried, one film."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.prefect_server import LONG_SECONDS, task_runs, wait_for

PROJECT = Path(__file__).parents[3]
PREFECT = str(Path(sys.executable).with_name("prefect"))


def environment(server: str) -> dict[str, str]:
    """Return the environment of a person in this project, with a worker that looks every second."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        **os.environ,
        "PREFECT_API_URL": server,
        "PATH": path,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_PREFETCH_SECONDS": "30",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",
    }


def prefect(server: str, *arguments: str) -> str:
    done = subprocess.run(
        [PREFECT, "--no-prompt", *arguments],
        cwd=PROJECT,
        env=environment(server),
        capture_output=True,
        text=True,
        timeout=LONG_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def worker(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The README's lines: a work pool, the deployments, one worker."""
    prefect(server, "work-pool", "create", "local", "--type", "process")
    prefect(server, "deploy", "--all")
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with open(log, "wb") as file:
        process = subprocess.Popen(
            [PREFECT, "--no-prompt", "worker", "start", "--pool", "local"],
            cwd=PROJECT,
            env=environment(server),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def run_deployment(server: str, output: Path, deployment: str = "make-film/local", **options: Any) -> str:
    """Start a run as a person does and return its id."""
    arguments = [f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in options.items()]
    before = {run.id for run in flow_runs()}
    prefect(
        server,
        "deployment",
        "run",
        deployment,
        "-p",
        f"output={output}",
        *(word for argument in arguments for word in ("-p", argument)),
    )
    return str(next(run.id for run in flow_runs() if run.id not in before))


def flow_runs() -> list[Any]:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return client.read_flow_runs()


def flow_run(run_id: str) -> Any:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return client.read_flow_run(run_id)


def executed(run_id: str) -> bool:
    """Tell whether the worker has told all that it tells of a run's process."""
    from prefect.client.orchestration import get_client

    mine = {"id": [f"prefect.flow-run.{run_id}"]}
    wanted = {"event": {"name": ["prefect.worker.executed-flow-run"]}, "related": mine}
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/events/filter", json={"limit": 1, "filter": wanted})
        answer.raise_for_status()
        return bool(answer.json()["events"])


def states(run_id: str) -> Counter[str]:
    return Counter(run.state.name for run in task_runs(run_id) if run.state)


def receipts(output: Path, stage: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in output.glob(f"sessions/session_*/{stage}/[!.]*.json")}


@pytest.mark.thorough
def test_killed_and_retried_on_a_worker(server: str, worker: None, tmp_path: Path) -> None:
    """kill -9 on the flow's process, then `prefect flow-run retry`: same session, finished work Cached, one film."""
    output = tmp_path / "output"
    run_id = run_deployment(server, output, idea=1984, seconds=16, shot_seconds=1.5, height=144, music=False)
    wait_for("two clips", lambda: len(receipts(output, "videos")) >= 2)
    (folder,) = output.glob("sessions/session_*")
    card = json.loads((folder / "runs" / f"{run_id}.json").read_text())
    os.kill(card["pid"], signal.SIGKILL)
    wait_for("the crash to be seen", lambda: flow_run(run_id).state.type.value == "CRASHED")
    # Prefect's own worker tells it once more, moments later: a retry in between would be called Crashed, too.
    wait_for("the worker to be done with it", lambda: executed(run_id))
    assert json.loads((folder / "brief.json").read_text())["idea"] == "1984"
    assert not (folder / "film.mp4").exists()
    finished = receipts(output, "images") | {f"v{name}": text for name, text in receipts(output, "videos").items()}

    prefect(server, "flow-run", "retry", run_id)
    wait_for("the film", lambda: flow_run(run_id).state.type.value in ("COMPLETED", "FAILED"))
    run = flow_run(run_id)
    assert run.state.type.value == "COMPLETED", run.state.message
    assert run.run_count == 2
    assert list(output.glob("sessions/*")) == [folder]
    assert (folder / "film.mp4").exists()
    after = receipts(output, "images") | {f"v{name}": text for name, text in receipts(output, "videos").items()}
    assert {name: after[name] for name in finished} == finished
    # A record is written just after its piece: what was killed in between is adopted instead.
    served = wait_for("cached states", lambda: states(run_id)["Cached"])
    assert served >= 3


@pytest.mark.thorough
def test_a_manifest_is_made_by_runs_of_their_own(server: str, worker: None, tmp_path: Path) -> None:
    """Each film of a manifest is a run of `make-film/local` beneath the manifest's run; run again, nothing is made."""
    output, manifest = tmp_path / "output", tmp_path / "ideas.yaml"
    manifest.write_text("- {idea: A cat on a roof, seconds: 4, height: 144}\n- {idea: Rain, seconds: 4, height: 144}\n")
    before = {run.id for run in flow_runs()}
    for again in (False, True):
        run_id = run_deployment(server, output, "make-films/local", manifest=str(manifest), parallel=2)
        wait_for("the films", lambda run_id=run_id: flow_run(run_id).state.is_final())
        state = flow_run(run_id).state
        assert state.is_completed(), state.message
        folders = sorted(output.glob("sessions/*"))
        assert len(folders) == 2
        assert all((folder / "film.mp4").is_file() for folder in folders)
        films = [run for run in flow_runs() if run.id not in before and str(run.id) != run_id]
        assert len(films) == 2 + again
        made = [run for run in films if run.parent_task_run_id]
        ideas = [run.parameters["idea"] for run in made]
        assert sorted(ideas) == ["A cat on a roof", "Rain"]
        assert [run.name for run in made] == [
            f"{run.parameters['session_id']} · {idea}" for run, idea in zip(made, ideas, strict=True)
        ]
        assert all(run.tags == ["film"] and run.parameters["seconds"] == 4 for run in made)
        assert sorted(run.parameters["session_id"] for run in made) == [folder.name for folder in folders]
        assert all(run.parent_task_run_id and run.state.is_completed() for run in made)


@pytest.mark.thorough
def test_wrong_parameters_are_refused_before_a_run(server: str, worker: None) -> None:
    """A length out of its limits is refused in words when the run is asked for; no run is made."""
    before = len(flow_runs())
    done = subprocess.run(
        [PREFECT, "--no-prompt", "deployment", "run", "make-film/local", "-p", "idea=a", "-p", "seconds=0"],
        cwd=PROJECT,
        env=environment(server),
        capture_output=True,
        text=True,
        timeout=LONG_SECONDS,
    )
    assert done.returncode != 0
    assert "seconds" in done.stdout + done.stderr
    assert len(flow_runs()) == before


@pytest.mark.thorough
def test_a_session_is_gone_on_with_by_its_id_alone(server: str, worker: None, tmp_path: Path) -> None:
    """`make-film/resume` finishes a session as it was asked for: what is there is found, and only the rest is made."""
    output = tmp_path / "output"
    first = run_deployment(server, output, idea="A cat on a roof", seconds=4, height=144)
    wait_for("the film", lambda: flow_run(first).state.is_final())
    (folder,) = output.glob("sessions/*")
    (folder / "film.mp4").unlink()
    before = {path.name: path.read_bytes() for path in folder.glob("videos/*.mp4")}
    again = run_deployment(server, output, "make-film/resume", session_id=folder.name)
    wait_for("the film", lambda: flow_run(again).state.is_final())
    assert flow_run(again).state.is_completed(), flow_run(again).state.message
    assert (folder / "film.mp4").is_file()
    assert {path.name: path.read_bytes() for path in folder.glob("videos/*.mp4")} == before
    assert list(output.glob("sessions/*")) == [folder]
    redone = run_deployment(server, output, "make-film/redo", session_id=folder.name, shots="1", notes="at night")
    wait_for("the film", lambda: flow_run(redone).state.is_final())
    assert flow_run(redone).state.is_completed(), flow_run(redone).state.message
    assert [path.name for path in folder.glob("videos/*.mp4") if path.read_bytes() != before[path.name]] == [
        "shot_001.mp4"
    ]
