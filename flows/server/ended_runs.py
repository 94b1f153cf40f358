"""Report runs that ended: to `film studio`, and to the server if their worker died. Imports Prefect."""

from __future__ import annotations

from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed, Scheduled

from flows.runs.clients import client_without_retries
from flows.server.messages import Message, ending

PATIENCE_SECONDS = 5.0
"""How long the server may take to answer; the request is repeated later."""


def schedule_again(message: Message) -> None:
    """Schedule a run again that a worker had taken but not begun.

    Raises:
        httpx.HTTPError, PrefectException: the server does not answer.
    """
    with client_without_retries(PATIENCE_SECONDS) as client:
        run = _run(client, message)
        if run is not None and run.state is not None and run.state.type == StateType.PENDING:
            client.set_flow_run_state(run.id, Scheduled(message="Its worker died before it began."), force=True)


def judge(message: Message, code: int | None) -> Message | None:
    """Tell the server that a run's process has ended, unless the run did so itself; return a message about it, or None.

    Args:
        code: the process's exit code, negative for a signal; None if it is unknown.

    Raises:
        httpx.HTTPError, PrefectException: the server does not answer.
    """
    with client_without_retries(PATIENCE_SECONDS) as client:
        run = _run(client, message)
        if run is None or run.state is None:
            return None
        kind = run.state.type
        said = f" ({ending(code)})" if code is not None else ""
        if kind == StateType.CANCELLING:
            client.set_flow_run_state(
                run.id, Cancelled(message="It was asked to stop, and its process ended."), force=True
            )
        elif kind in (StateType.RUNNING, StateType.PENDING):
            how = f"Its process ended{said}. Everything finished is kept; retry this run to go on."
            client.set_flow_run_state(run.id, Crashed(message=how), force=True)
            return Message(what="died", **named(run), how=f"its process ended{said}")
        elif kind == StateType.CRASHED:
            return died(run, 0)
        elif kind == StateType.FAILED:
            return Message(what="failed", **named(run), how=run.state.message or "")
        return None


def died(run: FlowRun, status_code: int) -> Message:
    """Return the message about a crashed run.

    Args:
        status_code: the process's exit code, negative for a signal; 0 if the server's own message says more.
    """
    how = f"its process ended ({ending(status_code)})"
    if status_code == 0:
        how = (run.state.message if run.state else "") or "it ended by itself"
    return Message(what="died", **named(run), how=how)


def named(run: FlowRun) -> dict[str, str]:
    """Return the fields of a message that identify a run."""
    return {"run_id": str(run.id), "name": run.name, "output": str(run.parameters.get("output") or "")}


def _run(client: SyncPrefectClient, message: Message) -> FlowRun | None:
    """Return the run that a message is about; None if it was deleted."""
    try:
        return client.read_flow_run(UUID(message.run_id))
    except ObjectNotFound:
        return None
