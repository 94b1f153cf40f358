"""When a cached result is used, when a task is tried again, and where Prefect's records are kept.

The cache policy turns a task's inputs into its work order and checks whether the recorded piece is still there,
whole. It must never raise: Prefect would log that and run the task uncached.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.tasks import exponential_backoff

from studio.errors import FilmError
from studio.production.work import Work
from studio.store.prefect_records import served_receipt

GENERATIONS = 1_000
"""The most records of one order: each damaged or replaced piece begins a new one."""


@dataclass
class PieceOfWork(CachePolicy):
    """Cache a piece of work as long as its file is whole.

    The key is '<session>/<stage>/<NNN>-<fingerprint>', with '-gN' from the second record on: a record whose piece was
    lost is never overwritten but skipped. The task run gets its stage as a tag.

    Attributes:
        work: the stage's function in `studio.production.stages`; without it nothing is cached.
    """

    work: Callable[..., Work[Any]] | None = None

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: Any
    ) -> str | None:
        """Return the key of the first record that may be used, else the first free key; None if all are taken."""
        if self.work is None:
            return None
        session = inputs["session"]
        order = self.work(session.job, **{name: value for name, value in inputs.items() if name != "session"}).order
        # Set here, not on the task: for every tag that a task has when it begins, Prefect asks the server for a lease.
        task_ctx.task_run.tags = [*{*task_ctx.task_run.tags, order.stage}]
        for generation in range(GENERATIONS):
            key = order.key(generation)
            # Prefect's store would look six times, and resolve the whole path each time.
            if not os.path.lexists(_records(session.folder) / key):
                return key
            record = served_receipt(_records(session.folder) / key)
            if record is not None and session.pieces.can_serve(order, record):
                return key
        return None


def _records(folder: Path) -> Path:
    return folder / "results"


def try_again(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a failed task run may be tried again: only after an error that may pass by itself."""
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

ASIDE: dict[str, Any] = {**RULES, "persist_result": False, "cache_policy": NO_CACHE}
"""Options of every task that makes a further take, to be kept aside: not cached by Prefect, whose records are of pieces
in their place. A take that is there is found by its number."""


@functools.lru_cache(maxsize=64)
def kept(task: Task[..., Any], folder: Path) -> Task[..., Any]:
    """Return the task, set to keep its records in `results/` of the session in `folder`.

    Cached, because Prefect reads the task's source file again for each variant.
    """
    return task.with_options(result_storage=_records(folder))
