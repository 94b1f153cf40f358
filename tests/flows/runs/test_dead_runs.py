"""Laws of the watch for dead runs: only who should be there and gives no sign is dead; what waits or ended is let be.

On a server started by hand whose automations lose every `Suspended` event, with SQLite and, where it is installed, with
PostgreSQL. Time is the watch's own clock, which the tests move.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import (
    AwaitingRetry,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Late,
    Paused,
    Pending,
    Running,
    Scheduled,
    Suspended,
)

from flows.look_after_runs import looked_after
from flows.runs import signs_of_life as signs
from flows.runs.alarm import BEAT, NAME, _automation, beats, disarm, set_alarm
from flows.runs.dead_runs import GAP_SECONDS, PENDING_SECONDS, SIGN, SIGN_SECONDS, SILENCE_SECONDS, Watch, put_back
from flows.runs.signs_of_life import sign, signing
from flows.server.registration import our_deployments
from studio.errors import BadInput
from tests.support.servers.engine import wait_for
from tests.support.servers.forgetful_server import DATABASES, server_by_hand
from tests.support.sessions.make_sessions import make_session

SHORTEST_SECONDS = 10.0
"""The shortest that Prefect allows."""
OLD_MESSAGE = "No sign of life for 90 s: its process, or its machine, is gone. Everything finished is kept; retry it."
STATES: dict[str, Callable[[], State]] = {
    "Scheduled": lambda: Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1)),
    "Late": Late,
    "AwaitingRetry": AwaitingRetry,
    "Pending": Pending,
    "Running": Running,
    "Cancelling": Cancelling,
    "Paused": lambda: Paused(timeout_seconds=9999),
    "Suspended": lambda: Suspended(timeout_seconds=9999),
    "Completed": Completed,
    "Failed": Failed,
    "Crashed": Crashed,
    "Cancelled": Cancelled,
}


@flow(name="make-film")
def film() -> None:
    """Never run: its runs are made and moved by hand."""


@flow(name="another")
def another() -> None:
    """Somebody else's."""


@pytest.fixture(scope="module", params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that was started by hand and loses `Suspended` events; gives its API address."""
    with server_by_hand(tmp_path_factory.mktemp("prefect"), request.param) as url:
        yield url


@pytest.fixture
def client(server: str) -> Iterator[SyncPrefectClient]:
    with temporary_settings({PREFECT_API_URL: server}), get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def deploy(client: SyncPrefectClient) -> Callable[..., UUID]:
    def deploy(whose: Any = film, beats: str = "30") -> UUID:
        return client.create_deployment(
            client.create_flow(whose),
            f"d-{uuid4()}",
            entrypoint="flows/make_film.py:make_film",
            job_variables={"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": beats}},
        )

    return deploy


class Time:
    """A watch and its clock."""

    def __init__(self, client: SyncPrefectClient) -> None:
        self._client, self.now = client, 1000.0
        self.watch = Watch(lambda: self.now)

    def passes(self, seconds: float, each: Callable[[], object] = bool, step: float = SIGN_SECONDS) -> list[UUID]:
        """Let time pass, with a look every `step` seconds, before it `each`; return whom the watch changed."""
        changed = [change.run.id for change in self.watch.look(self._client)]
        until = self.now + seconds
        while self.now < until:
            self.now += step
            each()
            changed += [change.run.id for change in self.watch.look(self._client)]
        return changed


@pytest.fixture
def clock(client: SyncPrefectClient) -> Time:
    return Time(client)


def begin(client: SyncPrefectClient, deployment: UUID, *states: State, **parameters: object) -> FlowRun:
    """Let a run go through these states, or be Running."""
    run = client.create_flow_run_from_deployment(deployment, parameters=parameters, name="a film")
    for each in states or (Running(),):
        client.set_flow_run_state(run.id, each, force=True)
    return run


def beat(client: SyncPrefectClient, run: FlowRun, deployment: UUID, at: datetime | None = None) -> None:
    """Tell the server what Prefect's engine tells it every 30 s."""
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
    """Give a sign of life, and again where a busy SQLite refuses it, as a run does."""
    wait_for("the sign", lambda: sign(run_id))


def suspend(client: SyncPrefectClient, deployment: UUID, **parameters: object) -> FlowRun:
    """Let a run be suspended as Prefect's engine does it, by the server's rules."""
    run = begin(client, deployment, Running(), **parameters)
    asked: State = Suspended(timeout_seconds=9999, pause_key="approve-images-0")
    assert client.set_flow_run_state(run.id, asked).status.value == "ACCEPT"
    return run


def test_every_state_silent_and_beating(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """Running and cancelling runs that give no sign for 90 s, and pending ones for 300 s, are called what they are; one
    that gives signs, and one in any other state, is never touched."""
    ours = deploy()
    kinds = [(name, signs) for name in STATES for signs in (False, True)]
    random.Random(14).shuffle(kinds)
    runs = {kind: begin(client, ours, Running(), STATES[kind[0]]()) for kind in kinds}
    before = {kind: state(client, run).id for kind, run in runs.items()}
    beating = [run.id for (_, signs), run in runs.items() if signs]

    def ended() -> dict[tuple[str, bool], str]:
        now = {kind: state(client, run) for kind, run in runs.items()}
        return {kind: found.name for kind, found in now.items() if found.id != before[kind]}

    def each() -> None:
        for run_id in beating:
            client.update_flow_run_labels(run_id, {SIGN: str(clock.now)})

    clock.passes(SILENCE_SECONDS - SIGN_SECONDS, each)
    assert ended() == {}
    clock.passes(SIGN_SECONDS, each)
    assert ended() == {("Running", False): "Crashed", ("Cancelling", False): "Cancelled"}
    clock.passes(PENDING_SECONDS - SILENCE_SECONDS - SIGN_SECONDS, each, step=60)
    assert len(ended()) == 2
    clock.passes(SIGN_SECONDS, each)
    assert ended() == {
        ("Running", False): "Crashed",
        ("Cancelling", False): "Cancelled",
        ("Pending", False): "Crashed",
    }
    assert "retry" in state(client, runs["Running", False]).message


def test_what_waits_waits_for_hours(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """A suspended run of which nothing was heard but its first beat waits on, and is resumed; a finished one stays."""
    ours = deploy()
    waits, done = suspend(client, ours), begin(client, ours, Running(), Completed())
    for run in (waits, done):
        beat(client, run, ours)
    assert not {waits.id, done.id} & set(clock.passes(3600, step=60))
    assert [state(client, run).name for run in (waits, done)] == ["Suspended", "Completed"]
    assert client.resume_flow_run(waits.id).status.value == "ACCEPT"


def test_what_is_paused_while_it_waits(client: SyncPrefectClient, deploy: Callable[..., UUID]) -> None:
    """A run that waits for an answer, its process gone, and is paused by hand, waits again with the same question; one
    that was at work when it was paused is left alone."""
    ours = deploy()
    waits, at_work = suspend(client, ours), begin(client, ours, Running())
    asked = state(client, waits)
    for run in (waits, at_work):
        client.set_flow_run_state(run.id, Paused(), force=True)
    assert put_back(client, client.read_flow_run(at_work.id)) is None
    assert put_back(client, client.read_flow_run(waits.id)) is not None
    assert [state(client, run).name for run in (waits, at_work)] == ["Suspended", "Paused"]
    assert state(client, waits).state_details.pause_key == asked.state_details.pause_key
    assert put_back(client, client.read_flow_run(waits.id)) is None


def test_lost_heartbeats_kill_nobody(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """A run whose beats never arrive lives by its signs, one of an earlier release by its beats; without both it is
    dead."""
    ours = deploy()
    signing, beating, dead = (begin(client, ours) for _ in range(3))
    beat(client, beating, ours)
    wait_for("the beat", lambda: arrived(client, beating))
    ended = clock.passes(2 * SILENCE_SECONDS, lambda: give_sign(signing.id))
    assert dead.id in ended
    assert not {signing.id, beating.id} & set(ended)


def arrived(client: SyncPrefectClient, run: FlowRun) -> bool:
    mine = {"event": {"name": [BEAT]}, "resource": {"id": [f"prefect.flow-run.{run.id}"]}}
    return bool(client.request("POST", "/events/filter", json={"filter": mine}).json()["events"])


def test_whose_runs_are_judged(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """Another's runs are not, nor one that may give signs more slowly, unless it has given ours."""
    foreign, slow, known = (
        begin(client, deploy(another)),
        begin(client, deploy(beats="180")),
        begin(client, deploy(beats="180")),
    )
    give_sign(known.id)
    ended = clock.passes(PENDING_SECONDS)
    assert known.id in ended
    assert not {foreign.id, slow.id} & set(ended)


def test_who_could_not_look_begins_anew(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """After a server's outage, or a sleep of the watch, every living run has the time to give a sign."""
    run = begin(client, deploy())
    clock.passes(SIGN_SECONDS)
    clock.now += GAP_SECONDS + 1 + SILENCE_SECONDS
    assert run.id not in clock.passes(SILENCE_SECONDS - SIGN_SECONDS)
    give_sign(run.id)
    assert run.id not in clock.passes(SILENCE_SECONDS - SIGN_SECONDS)
    assert run.id in clock.passes(SILENCE_SECONDS)


def test_a_server_that_does_not_answer_judges_nobody(clock: Time) -> None:
    """A glance at nothing does nothing, and raises nothing."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert clock.watch.glance() == []


class Card:
    """What a session that lies here says of the run that waited with it."""

    KINDS = ("not here", "waits", "waits no more", "went on")

    def __init__(self, output: Path, kind: str) -> None:
        self._folder = make_session(output / "sessions", clips=0, film=False) if kind != "not here" else None
        self._kind = kind

    def of(self, run: FlowRun) -> None:
        if self._folder is None:
            return
        (self._folder / "runs").mkdir()
        self._write(str(run.id), "" if self._kind == "waits no more" else "images", 1_000_000)
        if self._kind == "went on":
            self._write(str(uuid4()), "", 2_000_000)

    def _write(self, run_id: str, waits_for: str, at: int) -> None:
        assert self._folder is not None
        place = self._folder / f"runs/{run_id}.json"
        place.write_text(json.dumps({"flow_run_id": run_id, "ended_at": "x", "waits_for": waits_for}), "utf-8")
        os.utime(place, (at, at))


@pytest.mark.parametrize("kind", Card.KINDS)
def test_who_was_wronged_is_put_back(
    client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time, tmp_path: Path, kind: str
) -> None:
    """A run that was called dead while it was suspended waits again, until the same day, and is resumed; unless its
    session lies here and does not wait for it any more. One that crashed at work, or by another's word, stays so."""
    ours, card = deploy(), Card(tmp_path, kind)
    wronged = suspend(client, ours, output=str(tmp_path))
    card.of(wronged)
    until = state(client, wronged).state_details.pause_timeout
    by_itself, at_work = suspend(client, ours), suspend(client, ours)
    client.resume_flow_run(at_work.id)
    client.set_flow_run_state(at_work.id, Running(), force=True)
    for run, message in ((wronged, OLD_MESSAGE), (by_itself, "its process exited with -9"), (at_work, OLD_MESSAGE)):
        assert client.set_flow_run_state(run.id, Crashed(message=message)).status.value == "ACCEPT"
    changed = clock.passes(0)
    waits = kind in ("not here", "waits")
    assert [state(client, run).name for run in (by_itself, at_work)] == ["Crashed", "Crashed"]
    assert state(client, wronged).name == ("Suspended" if waits else "Crashed")
    assert (wronged.id in changed) == waits
    if waits:
        assert state(client, wronged).state_details.pause_timeout == until
        assert client.resume_flow_run(wronged.id).status.value == "ACCEPT"
        assert put_back(client, client.read_flow_run(wronged.id)) is None


def test_suspended_in_the_moment_of_the_verdict(
    client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that wakes and is suspended just when it is called dead is suspended."""
    run = begin(client, deploy())
    clock.passes(SILENCE_SECONDS - SIGN_SECONDS)
    propose = SyncPrefectClient.set_flow_run_state

    def late(self: SyncPrefectClient, run_id: UUID, proposed: State, force: bool = False) -> Any:
        if run_id == run.id and proposed.is_crashed():
            propose(self, run_id, Suspended(timeout_seconds=9999, pause_key="k"))
        return propose(self, run_id, proposed, force)

    monkeypatch.setattr(SyncPrefectClient, "set_flow_run_state", late)
    assert run.id not in clock.passes(SIGN_SECONDS)
    assert state(client, run).name == "Suspended"


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
    assert set_alarm(client, [ours], look) == old
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
    made = set_alarm(client, [ours], look)
    first = client._client.get(f"/automations/{made}").json()
    assert set_alarm(client, [ours], look) == made
    assert client._client.get(f"/automations/{made}").json() == first
    copy = {name: value for name, value in first.items() if name not in ("id", "created", "updated")}
    client._client.post("/automations/", json=copy).raise_for_status()
    assert len(client.read_automations_by_name(NAME)) == 2
    set_alarm(client, [ours], look)
    (kept,) = client.read_automations_by_name(NAME)
    assert str(ours) in kept.model_dump_json()


def test_it_follows_the_deployments(client: SyncPrefectClient, deploy: Callable[..., UUID]) -> None:
    """A deployment more is watched, too; one that was switched off by hand stays switched off."""
    look, name = deploy(), "test following"
    made = set_alarm(client, [deploy()], look, name=name)
    client.pause_automation(made)
    two = deploy()
    assert set_alarm(client, [deploy(), two], look, name=name) == made
    (kept,) = client.read_automations_by_name(name)
    assert str(two) in kept.model_dump_json()
    assert not kept.enabled


def test_a_look_ends_when_nobody_is_in_doubt(
    client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time
) -> None:
    """The flow that looks stays for the verdict on a silent run, and no longer than a sign where all are well."""
    for other in client.read_flow_runs():
        client.set_flow_run_state(other.id, Completed(), force=True)
    run, began = begin(client, deploy()), clock.now

    def rest(alive: bool) -> Callable[[float], None]:
        def rest(seconds: float) -> None:
            clock.now += seconds
            if alive:
                give_sign(run.id)

        return rest

    def look(alive: bool) -> list[UUID]:
        return [change.run.id for change in looked_after(Watch(lambda: clock.now), rest(alive))]

    assert look(alive=True) == []
    assert clock.now - began == SIGN_SECONDS
    assert run.id in look(alive=False)
    assert clock.now - began <= SIGN_SECONDS + SILENCE_SECONDS + SIGN_SECONDS


def test_a_run_signs_while_it_works(client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """While its block runs a run changes its row again and again, and looks after the others; afterwards no more."""
    monkeypatch.setattr(signs, "SIGN_SECONDS", 0.01)
    looks: list[float] = []

    @flow(name="signing")
    def works() -> FlowRun:
        from flows.runs.status import this_run

        run = this_run()
        assert run is not None
        with signing(Watch(lambda: looks.append(0) or 0.0)):  # type: ignore[func-returns-value]  # to count
            first = wait_for("a sign", lambda: client.read_flow_run(run.id).labels.get(SIGN))
            before = client.read_flow_run(run.id).updated
            wait_for("another", lambda: client.read_flow_run(run.id).updated != before)
            assert first
        return run

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: 30}):
        works()
    assert looks
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert not sign(uuid4())


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
