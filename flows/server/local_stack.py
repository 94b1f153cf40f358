"""Bring everything up on this machine with one command: server, work pool, deployments, watch for dead runs, worker.

What is there already is used and left as it is; what was started here is kept running, and ends with the command.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Literal

from rich.console import Console

from flows.server.address import (
    PrefectEngine,
    check_alive,
    find_engine,
    health_of,
    is_this_machine,
    prepare_environment,
    without_secrets,
)
from flows.server.built_in_server import LEAVING
from flows.server.messages import Message
from flows.server.studio_processes import LEAVE_SECONDS, ManagedProcesses
from flows.signals import Terminated
from studio.errors import BadInput
from studio.text.command_hints import command
from studio.text.display import printable

PORT = 4200
"""The server's port if none is configured: Prefect's own default."""
LAST_PORT = 65535
"""The highest port."""
POOL = "local"
"""The name of the work pool."""
PROJECT = Path(__file__).parents[2]
"""The project's folder, in which server, worker and runs work."""
ANSWER_SECONDS = 20.0
"""How long whatever uses the port may take to answer: another studio's server may be starting there."""
GONE_SECONDS = LEAVE_SECONDS + 20.0
"""How long a server whose studio is gone may take to leave: its films leave first."""
POLL_SECONDS = 0.2
"""How often what was started is looked at."""
Answer = Literal["none", "there", "leaving"]
"""What is at an address: no server, one that stays, or one that is ending because its studio is gone."""
_SESSION = re.compile(r"session_[0-9]{8}_[0-9]{6}")


def run_studio(console: Console, port: int | None, set_up_only: bool) -> int:
    """Bring everything up, wait for Ctrl-C, take down what was started here; return the exit code.

    Args:
        port: of a server on this machine; None takes the server that is configured, or else 4200.
        set_up_only: leave once work pool, deployments and automation are there; the server must be running.

    Raises:
        BadInput: no server answers where one must, the port is not a valid number or taken by something else, or
            Prefect's home cannot be written.
        FilmError: something did not start, or dies again and again; what was started here is taken down.
    """
    if port is not None and not 1 <= port <= LAST_PORT:
        raise BadInput(f"--port {port}: a port is a number from 1 to {LAST_PORT}")
    engine = find_engine() if port is None else PrefectEngine(f"http://127.0.0.1:{port}/api", f"--port {port}")
    stack = _LocalStack(console, engine)
    try:
        stack.bring_up(set_up_only)
        if not set_up_only:
            stack.wait()
        return 0
    except KeyboardInterrupt as stop:
        # Ctrl-C is how this command is meant to end.
        return stop.exit_code if isinstance(stop, Terminated) else 0
    finally:
        stack.leave()


class _LocalStack:
    def __init__(self, console: Console, engine: PrefectEngine) -> None:
        self._console, self._engine = console, engine
        self._url = (engine.url or f"http://127.0.0.1:{PORT}/api").rstrip("/")
        self._shown = without_secrets(self._url)
        self._pages = self._shown.removesuffix("/api")
        self._processes = ManagedProcesses(PROJECT)

    def bring_up(self, set_up_only: bool) -> None:
        there = self._is_there(set_up_only)
        self._prepare()
        with self._busy("starting the server"):
            if not there:
                self._processes.start_server(*_address(self._url), self._url, _log("server"))
            # This import takes seconds, during which the server starts.
            from flows.server.registration import QUEUE, register

            if not there:
                messages = self._processes.await_ready("server")
                self._say(
                    "server", f"{self._pages} (started here; database and {_log('server').name} are in {_home()})"
                )
                self._tell(messages)
        check_alive(PrefectEngine(self._url, self._engine.said_in))
        with self._busy("setting up"):
            names = register(POOL, PROJECT)
            if there:
                self._tell_of_leases()
            if not set_up_only:
                self._processes.start_worker(POOL, _log("worker"))
                self._processes.await_ready("worker")
        self._say("work pool", f"{POOL}, with the queue {QUEUE}")
        self._say("deployed", ", ".join(names))
        self._say("dead runs", "are called Crashed after 90 s without a sign of life")
        if set_up_only:
            self._say("next", f"{self._here()}{_prefect()} worker start --pool {POOL}")
        else:
            self._say(
                "worker", f"looks for runs (what goes wrong in them is in {_log('worker').name}, and on the pages)"
            )
        self._say("pages", self._pages)
        self._say("a film", f"{self._here()}{_prefect()} deployment run 'make-film/local' -p idea=\"A letter at sea\"")
        if not set_up_only:
            self._say("Ctrl-C", "ends worker and server" if "server" in self._processes else "ends the worker")

    def wait(self) -> None:
        """Keep what was started here running until Ctrl-C, and watch for dead runs meanwhile.

        Raises:
            FilmError: the server or the worker dies again and again.
        """
        from flows.runs.dead_runs import Watch

        watch = Watch()
        while True:
            self._tell(self._processes.look())
            self._tell([change.as_line(self._pages) for change in watch.look_if_due()])
            time.sleep(POLL_SECONDS)

    def _tell_of_leases(self) -> None:
        """Print what blocks accounts at a server that was not started here."""
        from flows.server.leases import lease_warnings

        for found, remedy in lease_warnings():
            self._say("limits", f"{found}: {remedy}")

    def _tell(self, messages: Iterable[Message | tuple[str, str]]) -> None:
        """Print a line for each message from server and worker that a person should see."""
        for each in messages:
            if isinstance(each, tuple):
                self._say(*each)
            elif each.what == "freed":
                self._say("limits", f"{each.name}: freed {each.how} of its slots, which nobody held any more")
            elif each.what in ("died", "failed"):
                self._say("crashed" if each.what == "died" else "failed", self._ended(each))

    def _ended(self, run: Message) -> str:
        """Return a line that says which run ended, how, and how to go on."""
        session = _SESSION.match(run.name)
        output = PROJECT / (run.output or os.environ.get("FILM_OUTPUT") or "output")
        said = f"{session[0] if session else run.name} · {run.how}"
        page = f"{self._pages}/runs/flow-run/{run.run_id}"
        if run.what == "failed":
            # The run's own message says how to go on.
            return printable(" ".join(f"{said} ({page})".split()))
        resume = f", or {command('resume', session[0], output)}" if session else ""
        return printable(f"{said}; retry it on its page ({page}){resume}")

    def leave(self) -> None:
        if self._processes:
            self._say("leaving", "films in the making are asked to end, and keep what is finished")
            self._processes.leave()

    def _is_there(self, set_up_only: bool) -> bool:
        """Tell whether the server is there already, and print that; wait for one that is leaving.

        Raises:
            BadInput: nothing answers and no server may be started there, or what answers is not Prefect.
        """
        if not is_this_machine(self._url):
            self._say("server", f"{self._shown} ({self._engine.said_in}): NOT on this machine; ideas and logs go there")
            check_alive(self._engine)
            return True
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "localhost", "::1")))
        answer = _answer(self._url)
        if answer == "leaving":
            self._say("server", f"{self._pages} (its studio is gone, and it is about to end: waiting for that)")
            with self._busy("waiting"):
                answer = _after_leaving(self._url)
        if answer == "there":
            self._say("server", f"{self._pages} (was there; it stays)")
            return True
        if set_up_only:
            raise BadInput(f"no Prefect server answers at {self._shown}: start one with `prefect server start`")
        return False

    def _prepare(self) -> None:
        """Set the environment of this process and of everything started from it; before Prefect is imported.

        Raises:
            BadInput: Prefect's home cannot be written.
        """
        # Server, worker and runs print here only what goes wrong; a run's log goes to the server.
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "ERROR")
        os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "ERROR")
        prepare_environment(PrefectEngine(self._url))
        os.environ.update(PREFECT_API_URL=self._url, PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")
        home = _home()
        try:
            home.mkdir(parents=True, exist_ok=True)
            reason = "" if os.access(home, os.W_OK | os.X_OK) else "permission denied"
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
        if reason:
            raise BadInput(f"cannot write into {str(home)!r} ({reason}): name another folder in PREFECT_HOME")

    def _here(self) -> str:
        """Return what a command must be preceded by, in another terminal, to use this server; '' for nothing."""
        return f"PREFECT_API_URL={self._shown} " if not self._engine.said_in.startswith("profile") else ""

    def _busy(self, what: str) -> AbstractContextManager[object]:
        return self._console.status(what) if self._console.is_terminal else nullcontext()

    def _say(self, what: str, text: str) -> None:
        self._console.print(f"{what:<11}{text}", markup=False, highlight=False, soft_wrap=True)


def _address(url: str) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)


def _answer(url: str) -> Answer:
    """Return whether a Prefect server answers at `url`, and whether it stays.

    Raises:
        BadInput: what answers is not a Prefect server.
    """
    host, port = _address(url)
    try:
        socket.create_connection((host, port), timeout=ANSWER_SECONDS).close()
    except OSError:
        return "none"
    try:
        with urllib.request.urlopen(health_of(url), timeout=ANSWER_SECONDS) as answer:
            if LEAVING in answer.headers:
                return "leaving"
            known = json.loads(answer.read(100)) is True
    except urllib.error.HTTPError as error:
        # The server wants a key; whether ours is right, Prefect itself will say.
        known = error.code in (401, 403)
    except (OSError, ValueError, http.client.HTTPException):
        known = False
    if not known:
        raise BadInput(f"port {port} of {host} is taken by something else: stop that, or choose another with --port")
    return "there"


def _after_leaving(url: str) -> Answer:
    """Wait until the server that is leaving has left, and return what answers then.

    Raises:
        BadInput: it is still there after `GONE_SECONDS`.
    """
    deadline = time.monotonic() + GONE_SECONDS
    while time.monotonic() < deadline:
        # A server that is about to close its socket accepts connections that it does not answer.
        with suppress(BadInput):
            if (answer := _answer(url)) != "leaving":
                return answer
        time.sleep(POLL_SECONDS)
    host, port = _address(url)
    raise BadInput(
        f"the server at port {port} of {host} was to leave with the studio that started it, and has not in "
        f"{GONE_SECONDS:.0f} s: stop it, or choose another with --port"
    )


def _home() -> Path:
    return Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect").expanduser()


def _log(name: str) -> Path:
    return _home() / f"film-studio-{name}.log"


def _prefect() -> str:
    """Return how to call this environment's `prefect` from here: by name if the PATH leads to it, else by path."""
    ours = Path(sys.executable).with_name("prefect")
    if shutil.which("prefect") == str(ours):
        return "prefect"
    relative = os.path.relpath(ours)
    return relative if not relative.startswith("..") else str(ours)
