"""Find runs whose process is gone, and set them to `Crashed`; otherwise they would be `Running` for ever.

The decision rests on states alone, never on an event, which a busy server loses. While a run works it writes a sign of
life into its own row on the server every 30 s (`flows/runs/signs_of_life.py`). A watch reads the rows of the runs that
are under way; one whose row has not changed for 90 s of the watch's own clock, while the server answered all the time,
is dead. No clock is compared with another machine's. A run that waits (paused, suspended, scheduled) or has ended is
not under way, and is never called dead.

Only a run of an earlier release, which writes no signs, is judged by events, its heartbeats; and only once the server
has recorded an event that the watch sent after the whole silence. A server may be minutes behind with recording while
it answers every request at once.

Every process of ours that runs anyway keeps a watch: `film studio`, each film in the making, and the flow
`look-after-runs`, which the server's alarm begins (`flows/runs/alarm.py`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.schemas.events import Event, Resource
from prefect.exceptions import PrefectException
from prefect.states import Cancelled, Crashed

from flows.runs.alarm import BEAT, beats, disarm
from flows.runs.clients import client_without_retries
from studio.errors import BadInput
from studio.sessions.find_or_make import folder_of_run, waiting_run
from studio.store.folders import output_folder, sessions_root
from studio.text.display import printable

FLOWS = ("make-film", "make-films", "look-after-runs")
"""The flows whose runs give signs of life."""
SIGN = "film-studio.sign-of-life"
"""The label on a run that each sign of life updates."""
SIGN_SECONDS = 30.0
"""How often a run gives a sign of life, and a watch looks."""
SILENCE_SECONDS = 90.0
"""How long a run may be silent before it counts as dead, and before the alarm goes off: as long as three signs take."""
PENDING_SECONDS = 300.0
"""How long a run may be `Pending`: its process, or its container, is starting, and cannot give a sign yet."""
GAP_SECONDS = 75.0
"""After such a gap between two looks the watch starts over: living runs may have been cut off from the server, too."""
PATIENCE_SECONDS = 2.0
"""How long the server may take to answer a watch, whose process has other things to do and looks again later."""
PROJECT = Path(__file__).parents[2]
"""The project's folder, to which a run's output folder may be relative."""
PROBE = "film-studio.watch.probe"
"""The name of the event by which a watch learns how far the server has recorded."""
_DAY = timedelta(days=1)
"""How wrong another machine's clock may be before its heartbeats are not found."""
_SAID = "No sign of life for "
"""The beginning of the message of a run that was called dead, in every release so far."""
_PAGE = 200
"""The most runs that Prefect returns at once."""


def allowed_silence_seconds(state: State | None) -> float:
    """Return how many seconds a run in this state may be silent; infinite for a state that needs no process."""
    limits = {
        StateType.RUNNING: SILENCE_SECONDS,
        StateType.CANCELLING: SILENCE_SECONDS,
        StateType.PENDING: PENDING_SECONDS,
    }
    return limits.get(state.type, math.inf) if state is not None else math.inf


@dataclass(frozen=True)
class StateChange:
    """A change that a watch made: a run, and its new state."""

    run: FlowRun
    state: State

    def as_line(self, pages: str) -> tuple[str, str]:
        """Return a word for the change, and a line about it for the person who runs the server.

        Args:
            pages: the address of the server's pages, without '/' at its end.
        """
        page = f"{pages}/runs/flow-run/{self.run.id}"
        if self.state.is_paused():
            return "waits", printable(f"{self.run.name} · was called dead while it waited; it waits again ({page})")
        return (self.state.name or "").lower(), printable(
            f"{self.run.name} · gave no sign of life; retry it on its page ({page})"
        )


class Watch:
    """Watches the runs of one server: ends dead ones, and restores those that were called dead while they waited.

    Args:
        clock: returns seconds; it must not count time in which this process could not look.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = self._looked = -math.inf
        self._since: dict[UUID, tuple[object, float]] = {}
        self._recorder = _Recorder()
        self._looked_back = False

    @property
    def doubts(self) -> bool:
        """Whether some run has given no sign of life between the first look at it and the last."""
        return any(since < self._looked for _, since in self._since.values())

    def look_if_due(self) -> list[StateChange]:
        """Look if it is time to, and return what was changed; if the server does not answer, change nothing."""
        if self._clock() < self._due:
            return []
        self._due = self._clock() + SIGN_SECONDS
        try:
            with client_without_retries(PATIENCE_SECONDS) as client:
                return self.look(client)
        except (httpx.HTTPError, PrefectException):
            return []

    def look(self, client: SyncPrefectClient) -> list[StateChange]:
        """Look now, whether or not it is time to, and return what was changed."""
        changes: list[StateChange] = []
        if disarm(client) or not self._looked_back:
            changes += list(_put_all_back(client))
            self._looked_back = True
        under_way = list(_runs(client, StateType.RUNNING, StateType.PENDING, StateType.CANCELLING))
        runs = _judged(client, under_way)
        now = self._clock()
        before = self._since if now - self._looked <= GAP_SECONDS else {}
        seen = {run.id: _signs(client, run) for run in runs}
        self._since = {
            run: before[run] if run in before and before[run][0] == there else (there, now)
            for run, there in seen.items()
        }
        self._looked = now
        for run in runs:
            since, allowed = self._since[run.id][1], allowed_silence_seconds(run.state)
            if now - since >= allowed and self._is_proven(client, run, seen[run.id], since + allowed):
                self._since[run.id] = (seen[run.id], now)
                if state := _end(client, run):
                    changes.append(StateChange(run, state))
        return changes

    def _is_proven(self, client: SyncPrefectClient, run: FlowRun, seen: object, until: float) -> bool:
        """Tell whether a run gave no sign until then: its row shows it at once, the lack of a heartbeat only later."""
        if not _lives_by_beats(run):
            return True
        # The newest heartbeat is read again, for one may have been recorded since.
        return self._recorder.recorded_up_to(client, self._looked) >= until and _signs(client, run) == seen


class _Recorder:
    """Tells up to which moment a server has recorded the events that it was sent: it takes them up one after another.

    It sends an event of its own and looks, when asked again, whether it is there.
    """

    def __init__(self) -> None:
        self._up_to = -math.inf
        self._sent: tuple[UUID, float] = (uuid4(), -math.inf)

    def recorded_up_to(self, client: SyncPrefectClient, now: float) -> float:
        """Return the moment, by the clock that `now` is of; infinitely long ago as long as none is known."""
        probe, sent_at = self._sent
        if sent_at < now and sent_at > self._up_to and _events(client, {"id": {"id": [str(probe)]}}):
            self._up_to = sent_at
        if sent_at < now:
            # Sent at every look: one may be lost.
            self._sent = (uuid4(), now)
            event = Event(
                id=self._sent[0], event=PROBE, resource=Resource({"prefect.resource.id": f"{PROBE}.{self._sent[0]}"})
            )
            client.request("POST", "/events", json=[event.model_dump(mode="json")]).raise_for_status()
        return self._up_to


def suspend_again(client: SyncPrefectClient, run: FlowRun) -> State | None:
    """Suspend a run again that was called dead, or paused, while it was suspended; return its state, None for any
    other.

    It waits as before: with the same question, until the same day.
    """
    if run.state is None:
        return None
    called_dead = run.state.is_crashed() and (run.state.message or "").startswith(_SAID)
    # Resumed, it would be `Running` without a process.
    only_paused = run.state.is_paused() and not run.state.state_details.pause_reschedule
    if not called_dead and not only_paused:
        return None
    *_, before, last = [None, None, *sorted(client.read_flow_run_states(run.id), key=lambda state: state.timestamp)]
    # A run that was only paused, not suspended, needs its process, which is gone.
    if last is None or last.id != run.state_id or before is None or not before.state_details.pause_reschedule:
        return None
    # The server has made this transition once, and would not make one with the same id again.
    details = before.state_details.model_copy(update={"transition_id": None})
    suspended = before.model_copy(update={"state_details": details})
    return client.set_flow_run_state(run.id, suspended, force=True).state


def _put_all_back(client: SyncPrefectClient) -> Iterator[StateChange]:
    for run in _runs(client, StateType.CRASHED):
        # Most runs never asked for approval; and a session that somebody went on with does not wait for this run.
        if run.empirical_policy.pause_keys and not _gone_on(run) and (state := suspend_again(client, run)):
            yield StateChange(run, state)


def _gone_on(run: FlowRun) -> bool:
    """Tell whether the session of a run is on this machine and does not wait for the run any more."""
    try:
        root = sessions_root(PROJECT / output_folder(run.parameters.get("output")))
        folder = folder_of_run(root, str(run.id))
    except BadInput:
        return False
    return folder is not None and waiting_run(folder) != str(run.id)


def _end(client: SyncPrefectClient, run: FlowRun) -> State | None:
    """Set a silent run to `Crashed` or `Cancelled` and return its state; None if it shows that it is not dead."""
    if _row(client.read_flow_run(run.id)) != _row(run):
        return None
    assert run.state is not None
    seconds = allowed_silence_seconds(run.state)
    gone = f"{_SAID}{seconds:.0f} s: its process, or its machine, is gone. Everything finished is kept"
    if run.state.is_cancelling():
        verdict: State = Cancelled(message=f"{gone}.")
    else:
        verdict = Crashed(message=f"{gone}; retry this run to go on.")
    answer = client.set_flow_run_state(run.id, verdict)
    # A run that woke up and was suspended at this very moment is not dead.
    if answer.status != SetStateStatus.ACCEPT or suspend_again(client, client.read_flow_run(run.id)):
        return None
    return answer.state


def _judged(client: SyncPrefectClient, runs: list[FlowRun]) -> list[FlowRun]:
    """Return the runs that give signs of life; for one without a label yet its deployment tells."""
    silent = {run.deployment_id for run in runs if SIGN not in run.labels and run.deployment_id is not None}
    ours = {deployment for deployment in silent if beats(client.read_deployment(deployment))}
    return [run for run in runs if SIGN in run.labels or run.deployment_id in ours]


def _lives_by_beats(run: FlowRun) -> bool:
    """Tell whether heartbeats are a run's only signs: one of an earlier release, at work. Who is pending sends none."""
    return SIGN not in run.labels and run.state is not None and not run.state.is_pending()


def _signs(client: SyncPrefectClient, run: FlowRun) -> object:
    """Return what every sign of life of a run changes: its row, and for an earlier release's its newest heartbeat."""
    return _row(run), _newest_beat(client, run) if _lives_by_beats(run) else ""


def _newest_beat(client: SyncPrefectClient, run: FlowRun) -> str:
    """Return the id of the newest heartbeat of a run that the server has recorded; '' if there is none."""
    beats = _events(client, {"event": {"name": [BEAT]}, "resource": {"id": [f"prefect.flow-run.{run.id}"]}})
    return str(beats[0]["id"]) if beats else ""


def _events(client: SyncPrefectClient, wanted: dict[str, object]) -> list[dict[str, object]]:
    """Return the newest event that is wanted, in a list, or an empty one."""
    now = datetime.now(UTC)
    occurred = {"since": (now - _DAY).isoformat(), "until": (now + _DAY).isoformat()}
    answer = client.request("POST", "/events/filter", json={"limit": 1, "filter": {**wanted, "occurred": occurred}})
    answer.raise_for_status()
    return list(answer.json()["events"])


def _row(run: FlowRun) -> object:
    """Return the part of a run's row that every sign of life and every change of state changes."""
    return run.updated, run.state_id


def _runs(client: SyncPrefectClient, *types: StateType) -> Iterator[FlowRun]:
    flows = FlowFilter(name=FlowFilterName(any_=list(FLOWS)))
    states = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))))
    offset = 0
    while page := client.read_flow_runs(
        flow_filter=flows, flow_run_filter=states, sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset
    ):
        yield from page
        offset += len(page)
