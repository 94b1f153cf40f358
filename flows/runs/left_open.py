"""Close what dead processes left open on the server: runs that would be `Running` for ever, and their task runs.

Whoever holds the session's lock does this: nobody else can be at work on it then. The state of a task run reaches the
server as an event, which its recorder may process much later. So a task run is closed by an event, too, dated one
microsecond after its last state on the server; whatever a living process still reports about it has a later date, and
counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType, TaskRun
from prefect.client.schemas.sorting import TaskRunSort
from prefect.events import Event
from prefect.exceptions import PrefectException
from prefect.states import Cancelled, Crashed

from flows.runs.clients import client_without_retries
from studio.fs import tolerant
from studio.store import light_reader

PATIENCE_SECONDS = 5.0
"""How long the server may take to answer."""
_PAGE = 200
"""The most runs that Prefect returns at once."""
_OPEN = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]
_MOMENT = timedelta(microseconds=1)
_KEPT = "everything finished is kept"
_SERVERS_OWN = {
    "id",
    "created",
    "updated",
    "flow_run_id",
    "state_id",
    "state_type",
    "state_name",
    "state",
    "estimated_start_time_delta",
    "estimated_run_time",
}
"""Fields of a task run that its recorder does not take from an event."""


def close_tasks(runs: Collection[UUID], but: Collection[UUID] = ()) -> str:
    """Close the unfinished task runs of these flow runs; return '' or why that failed.

    Args:
        but: ids of task runs that ended in this process: their last states are on their way to the server.
    """
    try:
        with client_without_retries(PATIENCE_SECONDS) as client:
            _close_tasks(client, runs, but)
    except (httpx.HTTPError, PrefectException) as error:
        return _told(error)
    return ""


def close_earlier(folder: Path, own: UUID) -> str:
    """Close what the session's earlier runs, and earlier tries of this one, left open; return '' or why that failed.

    A run is set to `Crashed` if its card records no end and the server has had it `Running` since before that card. So
    a run that is being retried, and does not have the session yet, is left alone.

    Args:
        folder: the session's.
        own: the id of this run.
    """
    began = _cut_off(folder)
    began.pop(own, None)
    try:
        with client_without_retries(PATIENCE_SECONDS) as client:
            _close_tasks(client, [own, *began])
            for run in _runs(client, began):
                if run.state is not None and run.state.is_running() and run.state.timestamp < began[run.id]:
                    client.set_flow_run_state(run.id, Crashed(message=f"Its process died; {_KEPT}."))
    except (httpx.HTTPError, PrefectException) as error:
        return _told(error)
    return ""


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _cut_off(folder: Path) -> dict[UUID, datetime]:
    """Return the runs whose cards record neither an end nor waiting, with a moment by which each was at work."""
    began: dict[UUID, datetime] = {}
    with tolerant.entered(folder) as opened:
        if opened is None:
            return began
        for name in tolerant.names_at(opened, "runs"):
            card = tolerant.dict_at(opened, f"runs/{name}")
            if not light_reader.was_cut_off(card) or tolerant.text(card, "waits_for"):
                continue
            try:
                at = datetime.fromisoformat(tolerant.text(card, "started_at")).astimezone()
                # Cards count whole seconds.
                began[UUID(tolerant.text(card, "flow_run_id"))] = at + timedelta(seconds=1)
            except (ValueError, OverflowError):
                # Not one of our cards.
                continue
    return began


def _runs(client: SyncPrefectClient, runs: Collection[UUID]) -> list[FlowRun]:
    if not runs:
        return []
    return client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(runs))), limit=_PAGE)


def _close_tasks(client: SyncPrefectClient, runs: Collection[UUID], but: Collection[UUID] = ()) -> None:
    events = [_end_of(each) for each in _open_tasks(client, runs) if each.id not in but]
    for at in range(0, len(events), _PAGE):
        batch = [event.model_dump(mode="json") for event in events[at : at + _PAGE]]
        client.request("POST", "/events", json=batch).raise_for_status()


def _open_tasks(client: SyncPrefectClient, runs: Collection[UUID]) -> Iterator[TaskRun]:
    offset = 0
    while page := client.read_task_runs(
        flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(runs))),
        task_run_filter=TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=_OPEN))),
        sort=TaskRunSort.ID_DESC,
        limit=_PAGE,
        offset=offset,
    ):
        # One without a state is being recorded at this moment.
        yield from (each for each in page if each.state is not None)
        offset += len(page)


def _end_of(task_run: TaskRun) -> Event:
    """Return the event that closes a task run: `Cancelled` where it never began, else `Crashed`."""
    last = task_run.state
    assert last is not None
    if last.is_pending():
        end: State[None] = Cancelled(message=f"Its run ended before it began; {_KEPT}.")
    else:
        end = Crashed(message=f"Its run ended, or its process died, while it was in work; {_KEPT}.")
    at = last.timestamp + _MOMENT
    closed = task_run.model_copy(update={"end_time": at})
    return Event(
        occurred=at,
        event=f"prefect.task-run.{end.name}",
        resource={
            "prefect.resource.id": f"prefect.task-run.{task_run.id}",
            "prefect.resource.name": task_run.name,
            "prefect.run-count": str(task_run.run_count),
            "prefect.state-message": end.message or "",
            "prefect.state-name": end.name or "",
            "prefect.state-timestamp": at.isoformat(),
            "prefect.state-type": end.type.value,
            "prefect.orchestration": "client",
        },
        related=[
            {"prefect.resource.id": f"prefect.flow-run.{task_run.flow_run_id}", "prefect.resource.role": "flow-run"}
        ],
        payload={
            "intended": {"from": last.type.value, "to": end.type.value},
            "initial_state": {"type": last.type.value, "name": last.name, "message": last.message or ""},
            "validated_state": {"type": end.type.value, "name": end.name, "message": end.message, "data": None},
            "task_run": closed.model_dump(mode="json", exclude_none=True, exclude=_SERVERS_OWN),
        },
    )
