"""The worker that `film studio` starts: a process worker of Prefect that leaves well and starts runs quickly.

Five things differ from `prefect worker start`, which serves the same pool just as well:

* Asked to end, it asks the films in the making to end, waits, and lets the server know what became of them. Prefect's
  own kills their processes and leaves the runs `Running`.
* That a run's process died is told once. Prefect's own tells it twice, moments apart: by then the run may have been
  retried, and would be called `Crashed` again.
* A run whose process died is told to whoever started the worker, and how.
* When a run has ended, its log does not tell once more how its flow is loaded: a worker does that to look for hooks.
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
from pydantic import BaseModel

from flows.calm import calm_worker

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


class Died(BaseModel):
    """A run whose process died: its name, where its sessions lie ('' where it was not said), and how it ended."""

    run_id: str
    name: str
    output: str
    how: str

    @classmethod
    def of(cls, run: FlowRun, status_code: int) -> Died:
        """Return what is to be told of a run that is crashed."""
        how = f"its process ended ({f'signal {-status_code}' if status_code < 0 else f'exit code {status_code}'})"
        if status_code == 0:
            how = (run.state.message if run.state else "") or "it ended by itself"
        return cls(run_id=str(run.id), name=run.name, output=str(run.parameters.get("output") or ""), how=how)


class Stagehand(ProcessWorker):
    """A process worker that knows the processes of its runs."""

    type = "process"
    job_configuration = Here

    def __init__(self, tell: Callable[[Died], None], **named: Any) -> None:
        super().__init__(**named)
        self._tell = tell
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
        now = await self._now(flow_run)
        if now is None or now.state is None or now.state.is_running() or now.state.is_pending():
            return result
        if now.state.is_crashed() and not self._leaves:
            self._tell(Died.of(now, result.status_code))
        return result.model_copy(update={"status_code": 0})

    async def _now(self, flow_run: FlowRun) -> FlowRun | None:
        """Return the run as the server knows it; None where that does not answer."""
        try:
            return await self.client.read_flow_run(flow_run.id)
        except (httpx.HTTPError, PrefectException):
            return None

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


async def work(pool: str, ready: Callable[[], None], tell: Callable[[Died], None]) -> None:
    """Serve the pool until standard input ends, or SIGINT or SIGTERM comes.

    Args:
        ready: called once the worker looks for runs.
        tell: called for each run whose process died.
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
    calm_worker()
    worker = Stagehand(tell, work_pool_name=pool, create_pool_if_not_found=False)
    working = asyncio.create_task(worker.start(printer=lambda said: ready()))
    leaving = asyncio.create_task(leave.wait())
    await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        await worker.end_runs()
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def main(pool: str, handle: int) -> None:
    """Be the worker; the first line on `handle` says that it looks for runs, each further one that a run died."""
    begun = False

    def ready() -> None:
        nonlocal begun
        if not begun:
            begun = True
            say("ready")

    def say(line: str) -> None:
        # Who started us may be gone.
        with suppress(OSError):
            os.write(handle, f"{line}\n".encode())

    asyncio.run(work(pool, ready, lambda died: say(died.model_dump_json())))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
