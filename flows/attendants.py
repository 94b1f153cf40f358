"""The processes that `film studio` starts: a server, a worker.

They sit in sessions of their own, so that Ctrl-C reaches only us, and end when their standard input does: with us,
however we end. The worker holds the server's input too, so the server outlives it and hears how its runs ended.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

from flows.built_in import START_SECONDS
from studio.errors import BadInput, FilmError

LEAVE_SECONDS = 40.0
"""How long one may take to leave; the worker waits up to 24 s for its films."""


class Attendants:
    """What was started here, in the order of its start.

    Args:
        folder: where they work.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._there: dict[str, subprocess.Popen[bytes]] = {}
        self._lifelines: list[int] = []
        self._ears: IO[bytes] | None = None
        self._unread = b""

    def __contains__(self, name: str) -> bool:
        return name in self._there

    def __bool__(self) -> bool:
        return bool(self._there)

    def start_server(self, host: str, port: int, url: str, log: Path) -> None:
        """Begin to start a Prefect server with its pages; what it complains about goes to a new file `log`.

        Raises:
            BadInput: the port cannot be opened.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            door = socket.create_server((host, port), family=family, backlog=128)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise BadInput(f"port {port} of {host} cannot be opened ({reason}): choose another with --port") from error
        environment = os.environ | {
            "PREFECT_SERVER_API_HOST": host, "PREFECT_SERVER_API_PORT": str(port), "PREFECT_UI_API_URL": url,
            "PREFECT__SERVER_FINAL": "1",
        }  # fmt: skip
        # Not to the terminal: SQLite that was busy for a moment is a page of traceback, and mends itself.
        with door, open(log, "wb") as said:
            self._start("server", "flows.built_in", [], door.fileno(), environment, said.fileno())

    def await_server(self, url: str) -> None:
        """Wait until the server answers.

        Raises:
            FilmError: it ended, or took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.look()
            # The door is open from the first moment: the request waits in it until the server takes it.
            with suppress(OSError, ValueError), urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        raise FilmError(f"the server did not answer in {START_SECONDS:.0f} s: try again")

    def start_worker(self, pool: str) -> None:
        """Start a worker of the pool and wait until it looks for runs.

        Raises:
            FilmError: it ended before.
        """
        programs = str(Path(sys.executable).parent)
        environment = os.environ | {
            "PREFECT_WORKER_QUERY_SECONDS": "0.5", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            # A line of a run's log is on the pages a moment after it was said, not two seconds.
            "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.5",
            "PATH": os.pathsep.join(filter(None, (programs, os.environ.get("PATH")))),
        }  # fmt: skip
        heard, said = os.pipe()
        self._ears = open(heard, "rb", buffering=0)  # noqa: SIM115  (as long as we live)
        try:
            self._start("worker", "flows.stagehand", [pool], said, environment)
        finally:
            os.close(said)
        # One line once it looks for runs; the end of the pipe where it ended before.
        if not self._ears.readline():
            raise FilmError("the worker did not start: what it said stands above")
        os.set_blocking(heard, False)

    def told(self) -> list[str]:
        """Return the lines that the worker has written since the last time: each is a `stagehand.Died` as JSON."""
        self._unread += (self._ears.read() if self._ears is not None else None) or b""
        *lines, self._unread = self._unread.split(b"\n")
        return [line.decode() for line in lines]

    def look(self) -> None:
        """Make sure that all are there.

        Raises:
            FilmError: one has ended by itself.
        """
        for name, process in self._there.items():
            if (code := process.poll()) is not None:
                raise FilmError(f"the {name} has ended by itself (exit code {code}): start the studio again")

    def leave(self) -> None:
        """End the last that was started, then the one before it; a second Ctrl-C ends them at once."""
        with self._hurried():
            # The server still lives: the worker holds its lifeline, too.
            for lifeline in self._lifelines:
                os.close(lifeline)
            self._lifelines.clear()
            for process in reversed(self._there.values()):
                try:
                    process.wait(LEAVE_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _start(
        self, name: str, module: str, words: list[str], handle: int, environment: dict[str, str],
        log: int | None = None,
    ) -> None:  # fmt: skip
        """Start a module with a handle as its last argument; it also holds the lifelines of those before it."""
        theirs, ours = os.pipe()
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *words, str(handle)], stdin=theirs, stdout=subprocess.DEVNULL,
                pass_fds=[handle, *self._lifelines], cwd=self._folder, start_new_session=True, env=environment,
                stderr=log,
            )  # fmt: skip
        except OSError:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        self._there[name] = process
        self._lifelines.append(ours)

    @contextmanager
    def _hurried(self) -> Iterator[None]:
        def hurry(number: int, frame: FrameType | None) -> None:
            # With the films that the worker has in the making: they are of its group.
            for process in self._there.values():
                # One that was waited for has no group any more, and its number may be another's.
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)

        before = {number: signal.signal(number, hurry) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
