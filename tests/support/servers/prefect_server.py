"""Ask a Prefect server what became of runs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 30
LONG_SECONDS = 150
"""How long to wait for what starts processes: a server, a worker, a film."""


def wait_for(what: str, ready: Callable[[], Any]) -> Any:
    """Call `ready` until it returns something true, and return that; fail after `LONG_SECONDS`."""
    deadline = time.monotonic() + LONG_SECONDS
    while not (found := ready()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


def task_runs(flow_run_id: str) -> list[Any]:
    """Return the task runs of a flow run, as the server has them."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.client.schemas.sorting import TaskRunSort

    from flows.runs.clients import client_without_retries

    mine = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id]))
    with client_without_retries(PATIENCE_SECONDS) as client:
        return client.read_task_runs(flow_run_filter=mine, sort=TaskRunSort.ID_DESC, limit=200)


def settled_task_states(flow_run_id: str, count: int) -> Counter[str]:
    """Count the names of the task states of a finished flow run.

    States reach the server by a queue, so this waits until `count` task runs are there and each has ended.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        runs = task_runs(flow_run_id)
        if len(runs) >= count and all(run.state and run.state.is_final() for run in runs):
            break
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return Counter(run.state.name if run.state else "" for run in runs)
