"""The worker that `film studio` starts: a process worker of Prefect that ends cleanly and starts runs quickly.

It differs in six ways from `prefect worker start`, which serves the same pool just as well:

* Asked to end, it asks the films in the making to end, waits, and tells the server what became of them. Prefect's own
  worker kills their processes and leaves the runs `Running`.
* If it is killed, its films in the making go on (`flows/server/run_process.py`), because they share no pipe with it.
* It reports only once that a run's process died. Prefect's own worker reports it twice, moments apart: by then the run
  may have been retried, and would be set to `Crashed` again.
* It tells whoever started it which runs are in the making, which died or failed, and how.
* When a run has ended, its log does not say once more how its flow is loaded: a worker does that to look for hooks.
* A run is one process, not one that prepares another: its code is here, there is nothing to fetch. That saves a second
  import of Prefect, a second or two.

It ends when its standard input does: with whoever started it, however that ended.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar
from uuid import UUID

import httpx
from anyio.abc import Process, TaskStatus
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectException
from prefect.runner import _starter_engine
from prefect.utilities.processutils import command_to_string, open_process
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from flows.prefect_logs import quieten_worker
from flows.server.ended_runs import died, named
from flows.server.messages import Message, teller

PATIENCE_SECONDS = 12.0
"""How long the films in the making may take to end; then they are killed, which costs the pieces in work."""
POLL_SECONDS = 0.1
"""How often it is checked whether the films have ended."""
_T = TypeVar("_T")


# Prefect warns that this class replaces its own process worker, which is the intent.
warnings.filterwarnings("ignore", message="Type 'StudioWorker' ")


class DirectJobConfiguration(ProcessJobConfiguration):
    """Starts a run's process with Prefect's engine at once, in this environment."""

    def prepare_for_flow_run(self, *arguments: Any, **named: Any) -> None:
        self.command = self.command or command_to_string([sys.executable, "-m", "flows.server.run_process"])
        super().prepare_for_flow_run(*arguments, **named)


def start_runs_without_pipes(lifelines: Sequence[int]) -> None:
    """Start the processes of runs without a pipe to this one: they get its standard input and error output themselves.

    Args:
        lifelines: file descriptors that they inherit, too: input pipes of processes that must outlive them.
    """

    async def run(
        command: list[str],
        *,
        stream_output: object,
        task_status: TaskStatus[Any],
        task_status_handler: Callable[[Process], Any],
        **named: Any,
    ) -> Process:
        async with open_process(
            command, stdin=sys.stdin, stdout=subprocess.DEVNULL, stderr=sys.stderr, pass_fds=lifelines, **named
        ) as process:
            task_status.started(task_status_handler(process))
            await process.wait()
        return process

    _starter_engine.run_process = run  # type: ignore[assignment,attr-defined]  # Prefect has no setting for it


class StudioWorker(ProcessWorker):
    """A process worker that knows the process ids of its runs, and reports what becomes of them.

    Args:
        tell: sends a message to whoever started the worker.
    """

    type = "process"
    job_configuration = DirectJobConfiguration

    def __init__(self, tell: Callable[[Message], None], **named: Any) -> None:
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

        def note(pid: int) -> None:
            self._pids[flow_run.id] = pid
            self._tell(Message(what="begun", **named(flow_run), pid=pid))

        noted = _Noted(task_status, note)
        try:
            result = await super().run(flow_run, configuration, noted)
        finally:
            del self._pids[flow_run.id]
        now = await self._now(flow_run)
        if now is None or now.state is None or now.state.is_running() or now.state.is_pending():
            return result
        if now.state.is_crashed() and not self._leaves:
            self._tell(died(now, result.status_code))
        if now.state.is_failed():
            self._tell(Message(what="failed", **named(now), how=now.state.message or now.state.name or ""))
        return result.model_copy(update={"status_code": 0})

    async def _propose_pending_state(self, flow_run: FlowRun) -> bool:
        # Sent before the server knows: a run that is taken and never begun is `Pending`, and nobody looks after it.
        self._tell(Message(what="taken", **named(flow_run)))
        ready = await super()._propose_pending_state(flow_run)
        if not ready:
            self._tell(Message(what="over", run_id=str(flow_run.id)))
        return ready

    async def _submit_run_and_capture_errors(self, flow_run: FlowRun, task_status: Any = None) -> Any:
        try:
            return await super()._submit_run_and_capture_errors(flow_run, task_status)
        finally:
            self._tell(Message(what="over", run_id=str(flow_run.id)))

    async def _now(self, flow_run: FlowRun) -> FlowRun | None:
        """Return the run as the server knows it; None if the server does not answer."""
        try:
            return await self.client.read_flow_run(flow_run.id)
        except (httpx.HTTPError, PrefectException):
            return None

    async def end_runs(self, asked_already: bool) -> None:
        """Take no more runs, ask those in the making to end, and wait until the server knows how they ended.

        Args:
            asked_already: their standard input has ended, which asks them to end.
        """
        self._leaves = True
        deadline = time.monotonic() + PATIENCE_SECONDS
        asked: set[int] = set()
        while self._pids and time.monotonic() < deadline:
            if not asked_already:
                self._signal(signal.SIGTERM, asked)
            await asyncio.sleep(POLL_SECONDS)
        deadline += PATIENCE_SECONDS
        killed: set[int] = set()
        while self._pids and time.monotonic() < deadline:
            self._signal(signal.SIGKILL, killed)
            await asyncio.sleep(POLL_SECONDS)

    def _signal(self, number: signal.Signals, done: set[int]) -> None:
        for pid in {pid for pid in self._pids.values() if pid is not None} - done:
            done.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class _Noted(Generic[_T]):
    """A task status that also calls `note` with what was started."""

    def __init__(self, inner: TaskStatus[_T] | None, note: Callable[[_T], None]) -> None:
        self._inner, self._note = inner, note

    def started(self, value: Any = None) -> None:
        self._note(value)
        if self._inner is not None:
            self._inner.started(value)


async def work(pool: str, tell: Callable[[Message], None]) -> None:
    """Serve the pool until standard input ends, or SIGINT or SIGTERM comes.

    Args:
        tell: called once the worker looks for runs, and later with what becomes of them.
    """
    leave = asyncio.Event()
    input_ended = False
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leave.set)

    def end_when_input_ends() -> None:
        nonlocal input_ended
        while os.read(0, 1024):
            continue
        input_ended = True
        loop.call_soon_threadsafe(leave.set)

    threading.Thread(target=end_when_input_ends, daemon=True).start()
    quieten_worker()
    worker = StudioWorker(tell, work_pool_name=pool, create_pool_if_not_found=False)
    begun = False

    def ready(*said: object) -> None:
        nonlocal begun
        if begun:
            # Lines about a server that is away: not for whoever started us, but for the log.
            print(*said, file=sys.stderr)
        else:
            begun = True
            tell(Message(what="ready"))

    working = asyncio.create_task(worker.start(printer=ready))
    leaving = asyncio.create_task(leave.wait())
    await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        await worker.end_runs(input_ended)
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def main(pool: str, lifelines: Sequence[int], handle: int) -> None:
    """Run the worker on the pool until its input ends; send messages on the pipe `handle`."""
    start_runs_without_pipes(lifelines)
    asyncio.run(work(pool, teller(handle)))


if __name__ == "__main__":
    main(sys.argv[1], [int(handle) for handle in sys.argv[2:-1]], int(sys.argv[-1]))
