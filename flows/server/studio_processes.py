"""The processes that `film studio` starts and keeps running: a server, a worker. One that died is started again.

They run in operating system sessions of their own, so that Ctrl-C reaches only this process, and they end when their
standard input does: with this process, however it ends. The worker also holds the server's input open, and so do its
films in the making: so the server outlives them and learns how they ended.

The server's socket is opened here, once, and stays open: while no server is there, requests wait, and the next server
answers them.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from flows.server.built_in_server import START_SECONDS
from flows.server.local_runs import LocalRuns, ServerRequest, become_parent_of_orphans
from flows.server.messages import Message, ending
from studio.errors import BadInput, FilmError

LEAVE_SECONDS = 40.0
"""How long a process may take to leave; the worker waits up to 24 s for its films."""
QUICK_SECONDS = 60.0
"""A death so soon after the start counts as another quick death in a row."""
PAUSES_SECONDS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""The pauses before the next starts, while deaths are quick; one more quick death, and the process is given up."""
POLL_SECONDS = 0.1
"""How often a process that is waited for is looked at."""
REQUESTS_PAUSE_SECONDS = 1.0
"""The pause before a server that did not answer is asked again."""


@dataclass
class ManagedProcess:
    """One of the processes: how it is started, and its state.

    Args:
        command: a Python module and its arguments.
        log: a file; what the process complains about is appended.
        handles: open file descriptors that it inherits.
        input: both ends of the pipe that is its standard input; a restarted process gets the same one.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    handles: tuple[int, ...]
    input: tuple[int, int] = field(default_factory=os.pipe)
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    again_at: float | None = None
    quick_deaths: int = 0
    _began: float = 0.0
    _message_pipe: int = -1
    _unread: bytes = b""

    def start(self, folder: Path) -> None:
        """Start the process in `folder`; what it complains about is appended to its log."""
        self.again_at, self.ready, self._began = None, False, time.monotonic()
        heard, said = os.pipe()
        try:
            with open(self.log, "ab") as log:
                log.write(f"--- {datetime.now():%Y-%m-%d %H:%M:%S}: the {self.name} is started\n".encode())
                log.flush()
                self.process = subprocess.Popen(
                    [sys.executable, "-P", "-m", *self.command, str(said)],
                    stdin=self.input[0],
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    pass_fds=[said, *self.handles],
                    cwd=folder,
                    start_new_session=True,
                    env=self.environment,
                )
        finally:
            os.close(said)
        os.set_blocking(heard, False)
        self._message_pipe, self._unread = heard, b""

    def new_messages(self) -> list[Message]:
        """Return its messages since the last call."""
        with suppress(BlockingIOError):
            while more := os.read(self._message_pipe, 1 << 16):
                self._unread += more
        *lines, self._unread = self._unread.split(b"\n")
        messages = []
        for line in lines:
            # A process that was killed may have written half a line; the next one writes to another pipe.
            with suppress(ValidationError):
                messages.append(Message.model_validate_json(line))
        self.ready = self.ready or any(message.what == "ready" for message in messages)
        return messages

    def died(self) -> int | None:
        """Return the exit code if it has ended since the last call, else None; plan the next start.

        The next start comes after a pause that grows with each quick death; after too many there is none.
        """
        code = self.process.poll() if self.process is not None else None
        if code is not None:
            quick = time.monotonic() - self._began < QUICK_SECONDS
            self.quick_deaths = self.quick_deaths + 1 if quick else 1
            if self.quick_deaths <= len(PAUSES_SECONDS):
                self.again_at = time.monotonic() + PAUSES_SECONDS[self.quick_deaths - 1]
        return code

    def stop_listening(self) -> None:
        """Read no more messages; a server whose messages nobody reads says in its answers that it is leaving."""
        if self._message_pipe >= 0:
            os.close(self._message_pipe)
        self._message_pipe = -1

    def forget_process(self) -> None:
        """Forget a process that has ended."""
        self.process, self.ready = None, False
        self.stop_listening()

    def kill(self) -> None:
        """Kill the process with all that it has started."""
        # A process that has been waited for has no group any more, and its id may be another's now.
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Close its input so that it ends, and wait for that; kill it if it takes longer than `LEAVE_SECONDS`."""
        os.close(self.input[1])
        if self.process is not None:
            try:
                self.process.wait(LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                self.process.wait()
            self.forget_process()
        os.close(self.input[0])


class ManagedProcesses:
    """The processes that were started here, in the order of their start.

    Args:
        folder: their working folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._there: dict[str, ManagedProcess] = {}
        self._door: socket.socket | None = None
        self._films = LocalRuns()
        self._requests: list[ServerRequest] = []
        self._requests_due = 0.0

    def __contains__(self, name: str) -> bool:
        return name in self._there

    def __bool__(self) -> bool:
        return bool(self._there)

    def start_server(self, host: str, port: int, url: str, log: Path) -> None:
        """Begin to start a Prefect server with its pages; what it complains about is appended to the file `log`.

        Args:
            url: the address of its API, for its pages.

        Raises:
            BadInput: the port cannot be opened.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._door = socket.create_server((host, port), family=family, backlog=1024)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise BadInput(f"port {port} of {host} cannot be opened ({reason}): choose another with --port") from error
        environment = os.environ | {
            "PREFECT_SERVER_API_HOST": host,
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_UI_API_URL": url,
            "PREFECT__SERVER_FINAL": "1",
        }
        door = self._door.fileno()
        # To a log, not to the terminal: SQLite being busy for a moment prints a page of traceback, and then passes.
        self._start(ManagedProcess("server", ["flows.server.built_in_server", str(door)], environment, log, (door,)))

    def start_worker(self, pool: str, log: Path) -> None:
        """Begin to start a worker of the pool; what it and its runs complain about is appended to the file `log`."""
        become_parent_of_orphans()
        programs = str(Path(sys.executable).parent)
        environment = os.environ | {
            "PREFECT_WORKER_QUERY_SECONDS": "0.5",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            # So that lines of a run's log are on the pages after half a second, not after two.
            "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.5",
            "PATH": os.pathsep.join(filter(None, (programs, os.environ.get("PATH")))),
        }
        # Lifelines: whoever holds the end of a process's input pipe keeps that process alive.
        lifelines = tuple(managed.input[1] for managed in self._there.values())
        command = ["flows.server.worker", pool, *map(str, lifelines)]
        self._start(ManagedProcess("worker", command, environment, log, lifelines))

    def await_ready(self, name: str) -> list[Message]:
        """Wait until a process does its work for the first time; return its messages.

        Raises:
            FilmError: it ended, or took longer than `START_SECONDS`.
        """
        managed, messages = self._there[name], []
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            code = managed.process.poll() if managed.process is not None else None
            messages += managed.new_messages()
            if managed.ready:
                return messages
            if code is not None:
                raise FilmError(f"the {name} did not start (exit code {code}): what it said is in {managed.log}")
            time.sleep(POLL_SECONDS)
        raise FilmError(f"the {name} did not start in {START_SECONDS:.0f} s: try again")

    def look(self) -> list[Message | tuple[str, str]]:
        """Restart what died, tell the server what became of its films, and return what there is to report.

        Returns:
            since the last call: messages of the processes, and pairs of a process's name and a line about it.

        Raises:
            FilmError: a process has died again and again, each time soon after its start.
        """
        reports: list[Message | tuple[str, str]] = []
        for managed in self._there.values():
            if managed.again_at is not None and time.monotonic() >= managed.again_at:
                managed.start(self._folder)
            if managed.process is not None:
                reports += self._look_at(managed)
        self._requests += self._films.ended()
        return reports + self._make_requests()

    def _look_at(self, managed: ManagedProcess) -> list[Message | tuple[str, str]]:
        assert managed.process is not None
        pid, code, was_ready = managed.process.pid, managed.died(), managed.ready
        # Read after the process was seen to be dead, so these are all messages that it will ever send.
        reports: list[Message | tuple[str, str]] = []
        for message in managed.new_messages():
            self._films.hear(message)
            reports.append(message)
        if code is None:
            return [*reports, (managed.name, "is there again")] if managed.ready and not was_ready else reports
        managed.forget_process()
        going_on = "; requests to it wait"
        if managed.name == "worker":
            films, requests = self._films.worker_died(pid)
            self._requests += requests
            goes = f"{films} film{'s' * (films != 1)} in the making {'goes' if films == 1 else 'go'} on without it"
            going_on = f"; {goes}" if films else ""
        if managed.again_at is None:
            raise FilmError(
                f"the {managed.name} has died {managed.quick_deaths} times in a row ({ending(code)}), each within "
                f"{QUICK_SECONDS:.0f} s of its start: read {managed.log}, then start the studio again"
            )
        return [*reports, (managed.name, f"died ({ending(code)}) and is started again{going_on}")]

    def _make_requests(self) -> list[Message | tuple[str, str]]:
        """Make the open requests at the server and return messages about them; repeat later what it does not answer."""
        reports: list[Message | tuple[str, str]] = []
        server = self._there.get("server")
        if not self._requests or time.monotonic() < self._requests_due or (server is not None and not server.ready):
            return reports
        import httpx
        from prefect.exceptions import PrefectException

        try:
            while self._requests:
                message = self._requests[0]()
                self._requests.pop(0)
                if message is not None:
                    reports.append(message)
        except (httpx.HTTPError, PrefectException):
            self._requests_due = time.monotonic() + REQUESTS_PAUSE_SECONDS
        return reports

    def leave(self) -> None:
        """End the processes, the last one started first; a second Ctrl-C kills them at once."""
        with self._hurried():
            if self._door is not None:
                # A living server has the socket open, too; without one, nobody should wait for an answer.
                self._door.close()
            if "server" in self._there:
                self._there["server"].stop_listening()
            for managed in reversed(self._there.values()):
                process = managed.process
                managed.end()
                if managed.name == "worker":
                    self._await_films(process.pid if process is not None else None)
            self._there.clear()

    def _await_films(self, group: int | None) -> None:
        """Wait until no film is left of any worker, all of which were asked to end; kill those that stay too long."""
        if group is not None:
            self._films.worker_died(group)
        deadline = time.monotonic() + LEAVE_SECONDS
        while self._films.are_there():
            if time.monotonic() > deadline:
                self._films.kill()
            time.sleep(POLL_SECONDS)
            self._requests += self._films.ended()
        self._make_requests()

    def _start(self, managed: ManagedProcess) -> None:
        self._there[managed.name] = managed
        managed.start(self._folder)

    @contextmanager
    def _hurried(self) -> Iterator[None]:
        def hurry(number: int, frame: FrameType | None) -> None:
            # This kills films in the making, too: they belong to the workers' process groups.
            for managed in self._there.values():
                managed.kill()
            self._films.kill()

        before = {number: signal.signal(number, hurry) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
