"""Laws of the watch for dead runs: a silent run of ours is Crashed, one that waits and another's are left alone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Paused, Pending, Running, Suspended

from flows.attendants import Attendants
from flows.dead_runs import BEAT, NAME, _has_beaten, beats, end_silent_runs, our_deployments, watch_for_silence
from studio.errors import BadInput
from tests.engine import wait_for

SHORTEST_SECONDS = 10.0
"""The shortest that Prefect allows."""


@flow(name="quiet")
def quiet() -> None:
    """Never run: its runs are made and moved by hand."""


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server as `film studio` starts it, with a database of its own; gives its API address."""
    home = tmp_path_factory.mktemp("prefect")
    attendants = Attendants(home)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = int(door.getsockname()[1])
    url = f"http://127.0.0.1:{port}/api"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(home))
        attendants.start_server("127.0.0.1", port, url, home / "log")
    try:
        attendants.await_ready("server")
        yield url
    finally:
        attendants.leave()


@pytest.fixture
def client(steady: str) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: steady}), get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def deploy(client: SyncPrefectClient) -> Callable[[str], UUID]:
    def deploy(name: str) -> UUID:
        return client.create_deployment(client.create_flow(quiet), name, entrypoint="flows/quiet.py:quiet")

    return deploy


def begin(client: SyncPrefectClient, deployment: UUID) -> FlowRun:
    """Let a run be Running, and beat once."""
    run = client.create_flow_run_from_deployment(deployment)
    client.set_flow_run_state(run.id, Running(), force=True)
    beat(client, run, deployment)
    return run


def beat(client: SyncPrefectClient, run: FlowRun, deployment: UUID, at: datetime | None = None) -> None:
    """Tell the server what Prefect's engine tells it every 30 s."""
    event = {
        "id": str(uuid4()), "event": BEAT, "occurred": (at or datetime.now(UTC)).isoformat(),
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run.id}", "prefect.resource.name": run.name},
        "related": [
            {"prefect.resource.id": f"prefect.flow.{run.flow_id}", "prefect.resource.role": "flow"},
            {"prefect.resource.id": f"prefect.deployment.{deployment}", "prefect.resource.role": "deployment"},
        ],
    }  # fmt: skip
    client._client.post("/events", json=[event]).raise_for_status()


def state(client: SyncPrefectClient, run: FlowRun) -> Any:
    return client.read_flow_run(run.id).state


def test_a_silent_run_is_crashed_and_nobody_else(client: SyncPrefectClient, deploy: Callable[[str], UUID]) -> None:
    """Silence after a beat is a crash; paused, suspended and cancelling runs, and another's, are left alone."""
    ours, others = deploy("ours"), deploy("others")
    watch_for_silence(client, [ours], SHORTEST_SECONDS, name="test silence")
    waits = [begin(client, ours) for _ in range(3)]
    foreign, steady, dead = begin(client, others), begin(client, ours), begin(client, ours)
    for run, halt in zip(waits, (Paused, Suspended, Cancelling), strict=True):
        client.set_flow_run_state(run.id, halt(), force=True)

    def crashed() -> bool:
        beat(client, steady, ours)
        return bool(state(client, dead).type == StateType.CRASHED)

    wait_for("the crash", crashed)
    assert "retry" in state(client, dead).message
    # A second one that dies later: when it is found, the others' time had run out, too.
    later = begin(client, ours)
    wait_for("the later crash", lambda: bool(state(client, later).type == StateType.CRASHED))
    assert [state(client, run).name for run in waits] == ["Paused", "Suspended", "Cancelling"]
    assert state(client, foreign).name == "Running"


def test_it_is_made_once(client: SyncPrefectClient, deploy: Callable[[str], UUID]) -> None:
    """However often it is asked for there is one automation, untouched while nothing changed; copies are removed."""
    ours = deploy("once")
    made = watch_for_silence(client, [ours])
    first = client._client.get(f"/automations/{made}").json()
    assert watch_for_silence(client, [ours]) == made
    assert client._client.get(f"/automations/{made}").json() == first
    copy = {name: value for name, value in first.items() if name not in ("id", "created", "updated")}
    client._client.post("/automations/", json=copy).raise_for_status()
    assert len(client.read_automations_by_name(NAME)) == 2
    watch_for_silence(client, [ours])
    (kept,) = client.read_automations_by_name(NAME)
    assert str(ours) in kept.model_dump_json()


def test_it_follows_the_deployments(client: SyncPrefectClient, deploy: Callable[[str], UUID]) -> None:
    """A deployment more is watched, too; one that was switched off by hand stays switched off."""
    made = watch_for_silence(client, [deploy("one")], name="test following")
    client.pause_automation(made)
    two = deploy("two")
    assert watch_for_silence(client, [deploy("one"), two], name="test following") == made
    (kept,) = client.read_automations_by_name("test following")
    assert str(two) in kept.model_dump_json()
    assert not kept.enabled


def test_runs_that_died_with_their_server(client: SyncPrefectClient, deploy: Callable[[str], UUID]) -> None:
    """A run without a beat in the last seconds is ended on request, also one that its worker never began; one that
    beats, and another's, are not."""
    ours, others = deploy("ended"), deploy("another's")
    dead, well, foreign = begin(client, ours), begin(client, ours), begin(client, others)
    picked = client.create_flow_run_from_deployment(ours)
    client.set_flow_run_state(picked.id, Pending())
    silence = datetime.now(UTC)
    beat(client, well, ours, at=silence + timedelta(seconds=1))
    wait_for("the beat to arrive", lambda: _has_beaten(client, well.id, silence))
    since = (datetime.now(UTC) - silence).total_seconds()
    assert {run.id for run in end_silent_runs(client, [ours], within=since)} == {dead.id, picked.id}
    assert [state(client, run).type for run in (dead, picked)] == [StateType.CRASHED] * 2
    assert [state(client, run).name for run in (well, foreign)] == ["Running", "Running"]
    assert end_silent_runs(client, []) == []


def test_only_what_beats_is_watched(client: SyncPrefectClient, deploy: Callable[[str], UUID]) -> None:
    """A deployment whose runs beat at Prefect's own pace, once in three minutes, is not called dead in between."""
    slow = client.read_deployment(deploy("slow"))
    assert not beats(slow)
    slow.job_variables["env"] = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
    assert beats(slow)


def test_a_project_file_that_does_not_read(client: SyncPrefectClient, tmp_path: Path) -> None:
    """A prefect.yaml without deployments is refused by name."""
    (tmp_path / "prefect.yaml").write_text("deployments: 3\n")
    with pytest.raises(BadInput, match=r"prefect\.yaml"):
        our_deployments(client, tmp_path)
