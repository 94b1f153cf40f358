"""Laws of the watch for dead runs: only who should be there and gives no sign is dead; what waits or ended is left."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
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
from flows.runs.alarm import BEAT, BEAT_SECONDS
from flows.runs.dead_runs import (
    GAP_SECONDS,
    PENDING_SECONDS,
    PROBE,
    SIGN,
    SIGN_SECONDS,
    SILENCE_SECONDS,
    Watch,
    suspend_again,
)
from flows.runs.signs_of_life import sign, signing
from tests.support.servers.forgetful_server import forgetful_server
from tests.support.servers.prefect_server import wait_for
from tests.support.servers.watched import OLD_MESSAGE, Time, another, beat, begin, begin_earlier, film, give_sign, state
from tests.support.sessions.make_sessions import make_session

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
    assert suspend_again(client, client.read_flow_run(at_work.id)) is None
    assert suspend_again(client, client.read_flow_run(waits.id)) is not None
    assert [state(client, run).name for run in (waits, at_work)] == ["Suspended", "Paused"]
    assert state(client, waits).state_details.pause_key == asked.state_details.pause_key
    assert suspend_again(client, client.read_flow_run(waits.id)) is None


def test_lost_heartbeats_kill_nobody(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """A run whose beats never arrive lives by its signs, one of an earlier release by its beats; without both it is
    dead."""
    ours = deploy()
    signing, beating, dead = begin(client, ours), begin_earlier(client, ours), begin_earlier(client, ours)

    def each() -> None:
        give_sign(signing.id)
        recorded(client, beating, ours)

    ended = clock.passes(SILENCE_SECONDS + SIGN_SECONDS, each)
    assert dead.id in ended
    assert not {signing.id, beating.id} & set(ended)
    assert beating.id in clock.passes(SILENCE_SECONDS + SIGN_SECONDS, lambda: recorded(client, signing, ours))


def recorded(client: SyncPrefectClient, run: FlowRun, deployment: UUID) -> None:
    """Send a heartbeat, and wait until the server has recorded it, and so everything that it was sent before."""
    before = beats_of(client, run.id)
    beat(client, run, deployment)
    wait_for("the beat", lambda: beats_of(client, run.id) > before)


def test_a_server_behind_with_its_events_condemns_nobody_by_them(tmp_path: Path) -> None:
    """While events arrive at a server and are not recorded, a run of an earlier release, whose only sign they are, is
    not called dead, however long that lasts; one that has given a sign and gives no more is, as ever."""
    with (
        forgetful_server(tmp_path, f"{BEAT} {PROBE}") as url,
        temporary_settings({PREFECT_API_URL: url}),
        get_client(sync_client=True) as client,
    ):
        ours = client.create_deployment(
            client.create_flow(film),
            "d",
            entrypoint="flows/make_film.py:make_film",
            job_variables={"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": BEAT_SECONDS}},
        )
        earlier, dead = begin_earlier(client, ours), begin(client, ours)
        assert Time(client).passes(4 * SILENCE_SECONDS, lambda: beat(client, earlier, ours)) == [dead.id]
        assert state(client, earlier).name == "Running"


def test_beats_count_by_their_arrival(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """A host whose clock is an hour off beats like any other: no clock is compared with another machine's."""
    ours = deploy()
    runs = {begin_earlier(client, ours).id: hours for hours in (-1, 0, 1)}

    def each() -> None:
        for run_id, hours in runs.items():
            beat(client, client.read_flow_run(run_id), ours, datetime.now(UTC) + timedelta(hours=hours))
        rounds.append(len(rounds) + 1)
        wait_for("the beats", lambda: {beats_of(client, run_id) for run_id in runs} == {rounds[-1]})

    rounds: list[int] = []
    assert not runs.keys() & set(clock.passes(2 * SILENCE_SECONDS, each))


def beats_of(client: SyncPrefectClient, run_id: UUID) -> int:
    """Return how many heartbeats of a run the server has recorded."""
    day = timedelta(days=1)
    mine = {
        "event": {"name": [BEAT]},
        "resource": {"id": [f"prefect.flow-run.{run_id}"]},
        "occurred": {"since": str(datetime.now(UTC) - day), "until": str(datetime.now(UTC) + day)},
    }
    return int(client.request("POST", "/events/filter", json={"filter": mine}).json()["total"])


def test_whose_runs_are_judged(client: SyncPrefectClient, deploy: Callable[..., UUID], clock: Time) -> None:
    """Another's runs are not, nor one that may give signs more slowly, unless it has given ours."""
    foreign, slow, known = (
        begin_earlier(client, deploy(another)),
        begin_earlier(client, deploy(beats="180")),
        begin(client, deploy(beats="180")),
    )
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
    """A look at nothing does nothing, and raises nothing."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert clock.watch.look_if_due() == []


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
        assert suspend_again(client, client.read_flow_run(wronged.id)) is None


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
