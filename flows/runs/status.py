"""Which flow run this is, and whether it may go on: a run that was given up or is being cancelled begins nothing more.

A laptop that slept may wake in the middle of a run that has long been called `Crashed`, and perhaps retried. So before
each piece of work the run checks that it may go on, and asks the server if the last answer is older than a few seconds:
a process that was stopped finds its last answer too old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import FlowRunContext
from prefect.exceptions import ObjectNotFound, PrefectException

from flows.runs.clients import client_without_retries

FRESH_SECONDS = 5.0
"""How old the last answer may be; a run is given up only after more than a minute without a sign of life."""
PATIENCE_SECONDS = 5.0
"""How long the server may take to answer."""

_STANDS = {StateType.RUNNING, StateType.PENDING, StateType.SCHEDULED}


class RunStatus:
    """Tells whether one flow run may go on.

    Args:
        run: the run as it began.
        ask: returns the run as the server knows it now, or None if the server does not answer; raises
            `ObjectNotFound` if the run was deleted.
        clock: returns seconds, which go on while the machine sleeps.
    """

    def __init__(
        self, run: FlowRun, ask: Callable[[], FlowRun | None], clock: Callable[[], float] | None = None
    ) -> None:
        self._run, self._ask, self._clock = run, ask, clock or _clock
        self._lock = threading.Lock()
        self._asked_at = self._clock()
        self._why_stopped = ""

    def why_stopped(self) -> str:
        """Return in words why the run may not go on; '' while it may.

        It may go on while the server does not answer: no other run gets the session while its lock is held.
        """
        with self._lock:
            if not self._why_stopped and self._clock() - self._asked_at >= FRESH_SECONDS:
                self._why_stopped = self._judge()
                self._asked_at = self._clock()
            return self._why_stopped

    def _judge(self) -> str:
        try:
            now = self._ask()
        except ObjectNotFound:
            return "this run was deleted on the server, so it begins nothing more"
        if now is None or now.state is None:
            return ""
        if now.run_count > self._run.run_count:
            return "this run was retried while it slept, so it begins nothing more here"
        if now.state.type in _STANDS:
            return ""
        said = f" ({now.state.message})" if now.state.message else ""
        return f"this run is {now.state.name} on the server{said}, so it begins nothing more"


def this_run() -> FlowRun | None:
    """Return the flow run that this code runs in; None outside one."""
    context = FlowRunContext.get()
    return context.flow_run if context is not None else None


def is_deployed() -> bool:
    """Tell whether this code runs in a run of a deployment, which can be retried and suspended."""
    run = this_run()
    return run is not None and run.deployment_id is not None


def halted_from_outside() -> State[Any] | None:
    """Return the state in which somebody paused or suspended this run on its server; None if nobody did.

    None also without a deployment: nothing could resume such a run once its process has ended. A paused run is
    suspended here: its process is about to end, and when resumed it would be `Running` without one.
    """
    run = this_run()
    if run is None or not is_deployed():
        return None
    try:
        now = _asked(run)
    except ObjectNotFound:
        return None
    if now is None or now.state is None or not now.state.is_paused():
        return None
    return now.state if now.state.state_details.pause_reschedule else _suspended(run, now.state)


def _suspended(run: FlowRun, paused: State[Any]) -> State[Any]:
    """Suspend a paused run until the same moment and return its state; the paused one if the server does not answer."""
    # The server has made this transition once, and would not make one with the same id again.
    details = paused.state_details.model_copy(update={"pause_reschedule": True, "transition_id": None})
    suspended = paused.model_copy(update={"name": "Suspended", "state_details": details})
    try:
        with client_without_retries(PATIENCE_SECONDS) as client:
            return client.set_flow_run_state(run.id, suspended, force=True).state or paused
    except (httpx.HTTPError, PrefectException):
        return paused


def status_of(run: FlowRun) -> RunStatus:
    """Return the status of a flow run, by the server in use."""

    # The engine's own copy is from before the run began, and its run count does not include this time.
    return RunStatus(_asked(run) or run, lambda: _asked(run))


def _asked(run: FlowRun) -> FlowRun | None:
    """Return the run as its server knows it now; None if the server does not answer.

    Raises:
        ObjectNotFound: the run was deleted.
    """
    try:
        with client_without_retries(PATIENCE_SECONDS) as client:
            return client.read_flow_run(run.id)
    except ObjectNotFound:
        raise
    except (httpx.HTTPError, PrefectException):
        return None


def _clock() -> float:
    # On Linux CLOCK_MONOTONIC stands still while the machine sleeps.
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time()
