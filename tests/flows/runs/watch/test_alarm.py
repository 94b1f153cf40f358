"""Laws of the alarm: the server asks for a look where it heard nothing of a run, once, and judges nobody itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.states import Suspended

from flows.runs.alarm import NAME, _automation, beats, disarm, set_alarm
from flows.runs.dead_runs import SIGN_SECONDS, SILENCE_SECONDS
from flows.server.registration import our_deployments
from studio.errors import BadInput
from tests.support.servers.prefect_server import wait_for
from tests.support.servers.watched import OLD_MESSAGE, Time, beat, begin, state

SHORTEST_SECONDS = 10.0
"""The shortest that Prefect allows."""


def old_automation(client: SyncPrefectClient, deployment: UUID, within: float, name: str) -> UUID:
    """Make what earlier releases made: an automation that itself calls silent runs crashed."""
    action = ChangeFlowRunState(state=StateType.CRASHED, message=OLD_MESSAGE)
    made = _automation([deployment], deployment, within, name).model_copy(update={"actions": [action]})
    return client.create_automation(made)


def test_an_earlier_releases_automation_is_disarmed(
    client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time
) -> None:
    """Registering again makes it ask for a look; a watch that finds it takes it away; switched off it stays."""
    ours, look = deploy(), deploy()
    old = old_automation(client, ours, 90, NAME)
    assert set_alarm(client, [ours], look, SILENCE_SECONDS) == old
    (kept,) = client.read_automations_by_name(NAME)
    assert "change-flow-run-state" not in kept.model_dump_json()
    assert str(look) in kept.model_dump_json()
    clock.passes(0)
    assert client.read_automations_by_name(NAME) == [kept]
    client.delete_automation(kept.id)
    off = old_automation(client, ours, 90, NAME)
    client.pause_automation(off)
    assert not disarm(client)
    old_automation(client, ours, 90, NAME)
    clock.passes(SIGN_SECONDS)
    assert [found.id for found in client.read_automations_by_name(NAME)] == [off]
    client.delete_automation(off)


def test_the_alarm_asks_for_a_look_and_judges_nobody(
    client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time
) -> None:
    """Where a `Suspended` event is lost the alarm goes off, a look begins, and the run waits on; an earlier release's
    automation calls it crashed, and the next look puts it back."""
    ours, look = deploy(), deploy()
    set_alarm(client, [ours], look, SHORTEST_SECONDS, name="test alarm")
    theirs = deploy()
    old_automation(client, theirs, SHORTEST_SECONDS, "test old alarm")
    waits, wronged, at_work = begin(client, ours), begin(client, theirs), begin(client, ours)
    for run, whose in ((waits, ours), (wronged, theirs), (at_work, ours)):
        beat(client, run, whose)
    for run in (waits, wronged):
        client.set_flow_run_state(run.id, Suspended(timeout_seconds=9999, pause_key="k"))

    def looks() -> int:
        return sum(found.deployment_id == look for found in client.read_flow_runs())

    wait_for("both alarms", lambda: looks() == 2)
    wait_for("the wrong", lambda: bool(state(client, wronged).is_crashed()))
    assert [state(client, run).name for run in (waits, at_work)] == ["Suspended", "Running"]
    clock.passes(0)
    assert [state(client, run).name for run in (waits, wronged)] == ["Suspended", "Suspended"]


def test_the_alarm_is_set_once(client: SyncPrefectClient, deploy: Callable[..., UUID]) -> None:
    """However often it is asked for there is one automation, untouched while nothing changed; copies are removed."""
    ours, look = deploy(), deploy()
    made = set_alarm(client, [ours], look, SILENCE_SECONDS)
    first = client._client.get(f"/automations/{made}").json()
    assert set_alarm(client, [ours], look, SILENCE_SECONDS) == made
    assert client._client.get(f"/automations/{made}").json() == first
    copy = {name: value for name, value in first.items() if name not in ("id", "created", "updated")}
    client._client.post("/automations/", json=copy).raise_for_status()
    assert len(client.read_automations_by_name(NAME)) == 2
    set_alarm(client, [ours], look, SILENCE_SECONDS)
    (kept,) = client.read_automations_by_name(NAME)
    assert str(ours) in kept.model_dump_json()


def test_it_follows_the_deployments(client: SyncPrefectClient, deploy: Callable[..., UUID]) -> None:
    """A deployment more is watched, too; one that was switched off by hand stays switched off."""
    look, name = deploy(), "test following"
    made = set_alarm(client, [deploy()], look, SILENCE_SECONDS, name=name)
    client.pause_automation(made)
    two = deploy()
    assert set_alarm(client, [deploy(), two], look, SILENCE_SECONDS, name=name) == made
    (kept,) = client.read_automations_by_name(name)
    assert str(two) in kept.model_dump_json()
    assert not kept.enabled


def test_only_what_beats_sets_off_the_alarm(client: SyncPrefectClient, deploy: Callable[..., UUID]) -> None:
    """A deployment whose runs beat at Prefect's own pace, once in three minutes, does not."""
    slow, steady = (client.read_deployment(deploy(beats=pace)) for pace in ("180", "30"))
    assert isinstance(slow, DeploymentResponse)
    assert [beats(slow), beats(steady)] == [False, True]


def test_a_project_file_that_does_not_read(client: SyncPrefectClient, tmp_path: Path) -> None:
    """A prefect.yaml without deployments is refused by name."""
    (tmp_path / "prefect.yaml").write_text("deployments: 3\n")
    with pytest.raises(BadInput, match=r"prefect\.yaml"):
        our_deployments(client, tmp_path)
