"""The built-in engine: a Prefect server of our own, in a process of its own, for one command.

It is started before Prefect is imported, so that both take their seconds at the same time, and this process never
imports the server. The socket is bound here and handed over, so there is no race for a port. The server runs in an
operating system session of its own, so that Ctrl-C does not reach it, and ends when its standard input does: with this
process, however that ends.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flows.quick_imports import imports
from flows.server.leases import free_unheld, keep_leases
from flows.server.messages import Message, teller
from studio.errors import DiskFull, FilmError

START_SECONDS = 120.0
"""How long a start may take: a cold disk and a busy machine have taken 30 s."""
_NO_ROOM = ("database or disk is full", "No space left on device", "Disk quota exceeded")
"""Messages about a full disk: SQLite's (https://www.sqlite.org/rescode.html#full), and the system's."""
LEAVING = "film-studio-leaving"
"""A header in all answers of a server whose studio is gone: the server ends with the last film that holds its input."""
NEEDLESS_SERVICES = tuple(
    f"PREFECT_SERVER_SERVICES_{name}_ENABLED"
    for name in (
        "TRIGGERS",
        "SCHEDULER",
        "LATE_RUNS",
        "FOREMAN",
        "CANCELLATION_CLEANUP",
        "PAUSE_EXPIRATIONS",
        "REPOSSESSOR",
    )
)
"""Prefect's switches for the services that one run does not need; those that record what happens stay on."""
_END_SECONDS = 5
"""How long the server may take to write what it still holds."""

_kept: list[BuiltIn] = []
"""The servers of this process, kept to its end: a server would end when its pipe is garbage collected."""


class BuiltIn:
    """A built-in server. It is started here and runs until this process ends, so that the last log lines still arrive.

    Attributes:
        url: the address of its API.
    """

    def __init__(self) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (as long as we live)
        with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
            self.url = f"http://127.0.0.1:{door.getsockname()[1]}/api"
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "flows.server.built_in_server", str(door.fileno())],
                pass_fds=[door.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                start_new_session=True,
                env=_environment(),
            )
        _kept.append(self)

    def ready(self) -> None:
        """Wait until the server answers.

        Raises:
            DiskFull: there is no room for its database.
            FilmError: it ended, or took longer than `START_SECONDS`.
        """
        try:
            # The socket is open from the first moment: the request waits in it until the server takes it.
            with urllib.request.urlopen(f"{self.url}/health", timeout=START_SECONDS):
                return
        except (OSError, ValueError) as error:
            words = self._last_words()
            if any(sign in self._all_words() for sign in _NO_ROOM):
                raise DiskFull(
                    f"no room left on the disk for {str(_home())!r}, where Prefect keeps its database (PREFECT_HOME): "
                    "free some space, then run the same line again"
                ) from error
            raise FilmError(f"the built-in engine did not start ({words}): run the same line again") from (error)

    def end(self) -> None:
        """End the server and wait until it is gone; not needed at the end of this process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _last_words(self) -> str:
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return f"no answer in {START_SECONDS:.0f} s"
        lines = self._all_words().strip().splitlines()
        return lines[-1][:300] if lines else f"exit code {code}"

    def _all_words(self) -> str:
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    # Without pages, as Prefect starts its own temporary server. Blocks are registered by whoever uses them.
    return (
        environment
        | dict.fromkeys(NEEDLESS_SERVICES, "false")
        | {
            "PREFECT_UI_ENABLED": "0",
            "PREFECT__SERVER_EPHEMERAL": "1",
            "PREFECT__SERVER_FINAL": "1",
            "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
    )


def _home() -> Path:
    return Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect").expanduser()


@contextmanager
def _alone_at_home() -> Iterator[None]:
    """Keep our other servers out of Prefect's home while the block runs: two that create one database break it.

    The lock is an empty file in that folder, which stays.
    """
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "film-studio-migration.lock", "ab") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _migrate(tell: Callable[[Message], None] | None) -> None:
    """Bring the database up to date; free slots that nobody holds."""
    from prefect.server.database import provide_database_interface

    async def migrate() -> None:
        await provide_database_interface().create_db()
        if tell is not None:
            for limit, freed in (await free_unheld()).items():
                tell(Message(what="freed", name=limit, how=f"{freed}"))

    asyncio.run(migrate())


def serve(handle: int, message_pipe: int | None = None) -> None:
    """Run the server on an open socket until standard input ends.

    Args:
        handle: the socket's file descriptor.
        message_pipe: for the server of `film studio`: an open pipe for its messages, that it freed slots which nobody
            held, and that it answers. Once nobody reads the pipe, every answer says that the server is leaving.
    """
    tell = teller(message_pipe) if message_pipe is not None else None
    # The database is brought up to date here, so that the server need not at its start.
    os.environ["PREFECT_API_DATABASE_MIGRATE_ON_START"] = "false"
    keep_leases()
    with imports():
        import prefect.server.api.server
        import uvicorn

        from flows.server.sqlite_queue import wait_in_turn

    with _alone_at_home():
        _migrate(tell)
    wait_in_turn()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if tell is not None and message_pipe is not None:
                threading.Thread(target=say_that_it_leaves, args=(message_pipe,), daemon=True).start()
                tell(Message(what="ready"))

    # Loop and parser are named, because the defaults depend on what happens to be installed.
    config = uvicorn.Config(
        prefect.server.api.server.create_app,
        factory=True,
        log_level="error",
        lifespan="on",
        access_log=False,
        timeout_graceful_shutdown=1,
        loop="asyncio",
        http="h11",
    )
    server = Server(config)

    def end_when_input_ends() -> None:
        while os.read(0, 1024):
            continue
        server.should_exit = True
        time.sleep(_END_SECONDS)
        os._exit(1)

    def say_that_it_leaves(message_pipe: int) -> None:
        listeners = select.poll()
        # The only event of a pipe that is only written to is an error: nobody reads it any more.
        listeners.register(message_pipe, 0)
        listeners.poll()
        header = (LEAVING.encode(), b"yes")
        # Set in both places: uvicorn copies the first to the second each second.
        config.encoded_headers.append(header)
        server.server_state.default_headers = [*server.server_state.default_headers, header]

    threading.Thread(target=end_when_input_ends, daemon=True).start()
    server.run(sockets=[socket.socket(fileno=handle)])


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:]))
