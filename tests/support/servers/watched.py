"""Runs on a server whose states the tests set, and a watch whose clock the tests move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Running

from flows.runs.alarm import BEAT
from flows.runs.dead_runs import SIGN_SECONDS, Watch
from flows.runs.signs_of_life import sign
from tests.support.servers.prefect_server import wait_for

OLD_MESSAGE = "No sign of life for 90 s: its process, or its machine, is gone. Everything finished is kept; retry it."
"""The message of an earlier release for a run that it called dead."""


@flow(name="make-film")
def film() -> None:
    """A flow that is never run: the tests create its runs and set their states."""


@flow(name="another")
def another() -> None:
    """Another program's flow."""


class Time:
    """A watch and its clock."""

    def __init__(self, client: SyncPrefectClient) -> None:
        self._client, self.now = client, 1000.0
        self.watch = Watch(lambda: self.now)

    def passes(self, seconds: float, each: Callable[[], object] = bool, step: float = SIGN_SECONDS) -> list[UUID]:
        """Move the clock on by `seconds`; every `step` seconds call `each`, then look; return the runs that changed."""
        changed = [change.run.id for change in self.watch.look(self._client)]
        until = self.now + seconds
        while self.now < until:
            self.now += step
            each()
            changed += [change.run.id for change in self.watch.look(self._client)]
        return changed


def begin(client: SyncPrefectClient, deployment: UUID, *states: State, **parameters: object) -> FlowRun:
    """Create a run that has given its first sign, and set these states one after the other, or `Running` if none are
    given."""
    run = begin_earlier(client, deployment, *states, **parameters)
    give_sign(run.id)
    return run


def begin_earlier(client: SyncPrefectClient, deployment: UUID, *states: State, **parameters: object) -> FlowRun:
    """Create a run like `begin`, but of an earlier release: it gives no signs, only heartbeats."""
    run = client.create_flow_run_from_deployment(deployment, parameters=parameters, name="a film")
    for each in states or (Running(),):
        client.set_flow_run_state(run.id, each, force=True)
    return run


def beat(client: SyncPrefectClient, run: FlowRun, deployment: UUID, at: datetime | None = None) -> None:
    """Send the server the heartbeat that Prefect's engine sends every 30 s."""
    event = {
        "id": str(uuid4()),
        "event": BEAT,
        "occurred": (at or datetime.now(UTC)).isoformat(),
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run.id}", "prefect.resource.name": run.name},
        "related": [
            {"prefect.resource.id": f"prefect.flow.{run.flow_id}", "prefect.resource.role": "flow"},
            {"prefect.resource.id": f"prefect.deployment.{deployment}", "prefect.resource.role": "deployment"},
        ],
    }
    client._client.post("/events", json=[event]).raise_for_status()


def state(client: SyncPrefectClient, run: FlowRun) -> Any:
    return client.read_flow_run(run.id).state


def give_sign(run_id: UUID) -> None:
    """Send a sign of life, and again if a busy SQLite refuses it, as a run does."""
    wait_for("the sign", lambda: sign(run_id))
