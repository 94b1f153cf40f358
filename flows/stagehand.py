"""The worker that `film studio` starts: a process worker of Prefect that leaves well and starts runs quickly.

Three things differ from `prefect worker start`, which serves the same pool just as well:

* Asked to end, it asks the films in the making to end, waits, and lets the server know what became of them. Prefect's
  own kills their processes and leaves the runs `Running`.
* That a run's process died is told once. Prefect's own tells it twice, moments apart: by then the run may have been
  retried, and would be called `Crashed` again.
* A run is one process, not one that prepares the next: its code is here, there is nothing to fetch. That saves the
  second import of Prefect, a second or two.

It ends with its standard input: with whoever started it, however that ended.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar
from uuid import UUID

import httpx
from anyio.abc import TaskStatus
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectException
from prefect.utilities.processutils import command_to_string
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

PATIENCE_SECONDS = 12.0
"""How long the films in the making may take to end; then they are killed, which costs what they have in hand."""
GLANCE_SECONDS = 0.1
_T = TypeVar("_T")


# That a process worker stands in for Prefect's own is the intent.
warnings.filterwarnings("ignore", message="Type 'Stagehand' ")


class Here(ProcessJobConfiguration):
    """A run's process begins with Prefect's engine at once, in this environment."""

    def prepare_for_flow_run(self, *arguments: Any, **named: Any) -> None:
        self.command = self.command or command_to_string([sys.executable, "-m", "prefect.engine"])
        super().prepare_for_flow_run(*arguments, **named)


class Stagehand(ProcessWorker):
    """A process worker that knows the processes of its runs."""

    type = "process"
    job_configuration = Here

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._pids: dict[UUID, int | None] = {}
        self._leaves = False

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Look for runs that are due, unless this worker is about to leave."""
        return [] if self._leaves else await super().get_and_submit_flow_runs()

    async def run(
        self, flow_run: FlowRun, configuration: ProcessJobConfiguration, task_status: TaskStatus[int] | None = None
    ) -> ProcessWorkerResult:
        """Run a flow in a process of its own, and remember that process while it lives."""
        self._pids[flow_run.id] = None
        noted = _Noted(task_status, lambda pid: self._pids.__setitem__(flow_run.id, pid))
        try:
            result = await super().run(flow_run, configuration, noted)
        finally:
            del self._pids[flow_run.id]
        return result.model_copy(update={"status_code": 0}) if await self._is_told(flow_run) else result

    async def _is_told(self, flow_run: FlowRun) -> bool:
        """Tell whether the server knows that a run which has ended is not running any more."""
        try:
            state = (await self.client.read_flow_run(flow_run.id)).state
        except (httpx.HTTPError, PrefectException):
            return False
        return state is not None and not (state.is_running() or state.is_pending())

    async def end_runs(self) -> None:
        """Take no more runs, ask those in the making to end, and wait until the server knows how they ended."""
        self._leaves = True
        deadline = time.monotonic() + PATIENCE_SECONDS
        asked: set[int] = set()
        while self._pids and time.monotonic() < deadline:
            self._signal(signal.SIGTERM, asked)
            await asyncio.sleep(GLANCE_SECONDS)
        deadline += PATIENCE_SECONDS
        killed: set[int] = set()
        while self._pids and time.monotonic() < deadline:
            self._signal(signal.SIGKILL, killed)
            await asyncio.sleep(GLANCE_SECONDS)

    def _signal(self, number: signal.Signals, done: set[int]) -> None:
        for pid in {pid for pid in self._pids.values() if pid is not None} - done:
            done.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class _Noted(Generic[_T]):
    """A task status that tells somebody else, too, what was started."""

    def __init__(self, inner: TaskStatus[_T] | None, note: Callable[[_T], None]) -> None:
        self._inner, self._note = inner, note

    def started(self, value: Any = None) -> None:
        self._note(value)
        if self._inner is not None:
            self._inner.started(value)


async def work(pool: str, ready: Callable[[], None]) -> None:
    """Serve the pool until standard input ends, or SIGINT or SIGTERM comes.

    Args:
        ready: called once the worker looks for runs.
    """
    leave = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leave.set)

    def end_with_input() -> None:
        while os.read(0, 1024):
            continue
        loop.call_soon_threadsafe(leave.set)

    threading.Thread(target=end_with_input, daemon=True).start()
    worker = Stagehand(work_pool_name=pool, create_pool_if_not_found=False)
    working = asyncio.create_task(worker.start(printer=lambda said: ready()))
    leaving = asyncio.create_task(leave.wait())
    await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        await worker.end_runs()
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def main(pool: str, handle: int) -> None:
    """Be the worker; one byte on `handle` says that it looks for runs."""

    def ready() -> None:
        nonlocal handle
        if handle >= 0:
            os.write(handle, b".")
            os.close(handle)
            handle = -1

    asyncio.run(work(pool, ready))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
