"""When a cached result is served, when a task is tried again, and where records lie.

The cache policy turns a task's inputs into its work order and looks whether the recorded piece is still there,
whole. It must never raise: Prefect would log it and run the task uncached.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import Task
from prefect.cache_policies import CachePolicy
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.results import ResultStore
from prefect.tasks import exponential_backoff

from studio.errors import FilmError
from studio.model.receipt import Receipt
from studio.production.stages import Work

GENERATIONS = 1_000
"""Most records of one order: each damaged or replaced piece begins a new one."""


@dataclass
class PieceOfWork(CachePolicy):
    """One record per piece of work, served only while its artefact is whole; `work` is the stage's own function.

    The key is '<session>/<stage>/<NNN>-<fingerprint>', and '-gN' from the second record on: a record whose piece was
    lost is never overwritten, it is passed over. The task run gets its stage as a tag.
    """

    work: Callable[..., Work[Any]] | None = None

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: Any
    ) -> str | None:
        """Return the key of the first record that may be served, else the first free one."""
        if self.work is None:
            return None
        session = inputs["session"]
        order = self.work(session.job, **{name: value for name, value in inputs.items() if name != "session"}).order
        # Here and not on the task: for every tag that a task has when it begins, Prefect asks the server for a lease.
        task_ctx.task_run.tags = [*{*task_ctx.task_run.tags, order.stage}]
        for generation in range(GENERATIONS):
            key = order.key(generation)
            # Prefect's store would look six times, and resolve the whole path each time.
            if not os.path.lexists(_records(session.folder) / key):
                return key
            record = _read(task_ctx.result_store, key)
            if record is not None and session.pieces.holds(order, record):
                return key
        return None


def _records(folder: Path) -> Path:
    return folder / "results"


def _read(store: ResultStore, key: str) -> Receipt | None:
    """Return the receipt recorded under `key`; None where what is there does not read as one."""
    try:
        found = store.read(key).result
    except Exception:  # a torn record fails in whatever library reads it; the task body adopts what is whole
        return None
    return found if isinstance(found, Receipt) else None


def try_again(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a failed task run may be tried again: only for errors that may pass."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, State):
        return False
    return isinstance(error, FilmError) and error.may_pass


RULES: dict[str, Any] = {
    "persist_result": True,
    "result_serializer": "json",
    "retries": 3,
    "retry_delay_seconds": exponential_backoff(2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": try_again,
    "log_prints": False,
}
"""Options of every task that makes a piece: records are JSON; three retries after about 2, 4 and 8 s."""


@functools.lru_cache(maxsize=64)
def kept(task: Task[..., Any], folder: Path) -> Task[..., Any]:
    """Return the task with its records in the own `results/` of the session in `folder`.

    Remembered: Prefect reads the task's source file anew for each variant.
    """
    return task.with_options(result_storage=_records(folder))
