"""Bring up what compose.yaml describes, on this machine and without containers: each service is a process group.

What containers do beyond that is not imitated: nothing is started again, and no memory is limited. A service with a
host name of its own gets it, and processes of its own, where this may be done (as root): a film's session then sees two
hosts, and one can die with all that is on it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.cluster.compose_file import PROJECT, Places, Service, read, services
from tests.cluster.debian import search_path

START_SECONDS = 240.0
"""How long a service may take until it is healthy, or done: a busy machine has taken 100 s."""
LEAVE_SECONDS = 20.0
"""How long a service may take to end before it is killed."""
HOST = (
    *("unshare", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"),
    *("sh", "-c", 'hostname "$0" && "$@" & trap "kill -TERM $!" TERM; wait $!; wait $!'),
)
"""Runs a program on what is a host of its own to it: with a name, and processes that all die with the first."""
_POLL_SECONDS = 0.2
_OWN = ("PREFECT_", "FILM_", "AWS_", "DASK_", "PG", "POSTGRES_", "PYTHON")
"""How the names begin of variables that no service gets from whoever starts the cluster."""


class Cluster:
    """The services of compose.yaml as processes of this machine, which end with this one, however it ends.

    Args:
        folder: an empty folder of its own: secrets, volumes, homes, and a log for each service.
        say: told what is going on, in a line each.
        more: further variables of every service.
    """

    def __init__(
        self,
        folder: Path,
        say: Callable[[str], object] = bool,
        more: Mapping[str, str] | None = None,
    ) -> None:
        content = read()
        self._services, self._say, self._more = services(content), say, more or {}
        exposed = [port for each in self._services.values() for port in each.exposes]
        self.places = Places(
            folder,
            dict(zip(exposed, _free_ports(exposed), strict=True)),
            frozenset(self._services),
        )
        self._there: dict[str, subprocess.Popen[bytes]] = {}
        self._hosts = _may_name_hosts()
        for name in ("logs", "secrets"):
            (folder / name).mkdir(mode=0o700, parents=True)
        for name in content["secrets"]:
            word = f"film:{secrets.token_hex(16)}" if name == "api_auth" else secrets.token_hex(16)
            (folder / "secrets" / name).write_text(word, "utf-8")

    @property
    def url(self) -> str:
        """The address of the server's API."""
        return f"http://127.0.0.1:{self.places.ports['4200']}/api"

    def secret(self, name: str) -> str:
        """Return one of the secrets."""
        return (self.places.folder / "secrets" / name).read_text("utf-8")

    def client_environment(self) -> dict[str, str]:
        """Return the variables by which a program uses this cluster's server and its films."""
        worker = self.places.environment(self._services["worker-1"])
        return {
            "PREFECT_API_URL": self.url,
            "PREFECT_API_AUTH_STRING": self.secret("api_auth"),
            "FILM_OUTPUT": worker["FILM_OUTPUT"],
            **{name: value for name, value in worker.items() if name.startswith("AWS_")},
            "AWS_ACCESS_KEY_ID": self.secret("objects_key"),
            "AWS_SECRET_ACCESS_KEY": self.secret("objects_secret"),
        }

    def names_hosts(self) -> bool:
        """Tell whether services have host names of their own here."""
        return self._hosts

    def __enter__(self) -> Cluster:
        """Start every service, each once those before it are as it needs them."""
        try:
            for service in self._services.values():
                self.start(service.name)
        except BaseException:
            self.leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def start(self, name: str) -> None:
        """Start one service, once what it needs is as it needs it."""
        service = self._services[name]
        for other, condition in service.needs.items():
            self._await(self._services[other], condition)
        self._say(name)
        self._there[name] = self._run(service, self._words(service))

    def pid(self, name: str) -> int:
        """Return the process id of a service, which is that of its process group, too."""
        return self._there[name].pid

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to all processes of a service; SIGKILL is what the end of its machine is."""
        os.killpg(self.pid(name), number)
        if number == signal.SIGKILL:
            self._there.pop(name).wait()

    def log(self, name: str) -> str:
        """Return what a service has printed."""
        return (self.places.folder / "logs" / f"{name}.log").read_text("utf-8", "replace")

    def ended(self) -> list[str]:
        """Return the services that should be there and are not."""
        return [
            name
            for name, process in self._there.items()
            if not self._services[name].once and process.poll() is not None
        ]

    def leave(self) -> None:
        """End all services, the last one first."""
        for name in reversed(self._services):
            if (process := self._there.get(name)) is None:
                continue
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                # On SIGTERM PostgreSQL waits until its clients have left.
                os.killpg(process.pid, signal.SIGINT if name == "database" else signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(LEAVE_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._there.clear()

    def _words(self, service: Service) -> list[str]:
        words = [self.places.word(service, word) for word in service.words]
        for folder in (self.places.home(service), *map(self.places.volume, service.mounts)):
            folder.mkdir(parents=True, exist_ok=True)
        leaves_with_us = ["setpriv", "--pdeathsig", "KILL"]
        if service.image.startswith("postgres"):
            return self._database(service, words, leaves_with_us)
        if service.hostname and self._hosts:
            return [*leaves_with_us, *HOST, service.hostname, *words]
        return [*leaves_with_us, *words]

    def _database(self, service: Service, words: list[str], leaves_with_us: list[str]) -> list[str]:
        """Do what the entry point of PostgreSQL's image does: create the database, then start the server.

        PostgreSQL refuses to run as root: there it runs as the user of Debian's package.
        """
        data, environment = self.places.volume("database"), self.places.environment(service)
        as_user = leaves_with_us
        password = Path(environment["POSTGRES_PASSWORD_FILE"])
        if os.geteuid() == 0:
            as_user = [*leaves_with_us, "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
            for folder in (self.places.folder, data.parent, password.parent):
                folder.chmod(0o711)
            shutil.chown(data, "postgres", "postgres")
            shutil.chown(password, "postgres")
        place = ["--pgdata", str(data), "--username", environment["POSTGRES_USER"]]
        create = ["initdb", *place, "--pwfile", str(password), "--auth", "scram-sha-256", "--no-sync"]
        self._finish(service, [*as_user, *create])
        alone = f"CREATE DATABASE {environment['POSTGRES_DB']}\n".encode()
        self._finish(service, [*as_user, "postgres", "--single", "-D", str(data), "postgres"], alone)
        return [*as_user, *words, "-D", str(data), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]

    def _finish(self, service: Service, words: list[str], typed: bytes = b"") -> None:
        process = self._run(service, words, stdin=subprocess.PIPE)
        process.communicate(typed, timeout=START_SECONDS)
        if process.returncode:
            raise RuntimeError(f"{service.name}: {words} failed:\n{self._last_words(service.name)}")

    def _run(self, service: Service, words: list[str], stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        with open(self.places.folder / "logs" / f"{service.name}.log", "ab") as log:
            return subprocess.Popen(
                words,
                cwd=PROJECT if service.image.startswith("film-studio") else self.places.folder,
                env=self._environment(service),
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self, service: Service) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
        path = os.pathsep.join([str(Path(sys.executable).parent), search_path()])
        return {
            **ours,
            "PATH": path,
            "HOME": str(self.places.home(service)),
            **self.places.environment(service),
            **self._more,
        }

    def _await(self, service: Service, condition: str) -> None:
        """Wait until a service is as another needs it.

        Raises:
            RuntimeError: it has failed, or has taken longer than `START_SECONDS`.
        """
        process, deadline = self._there[service.name], time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            code = process.poll()
            if code == 0 and condition == "service_completed_successfully":
                return
            if code is not None:
                raise RuntimeError(f"{service.name} ended with {code}:\n{self._last_words(service.name)}")
            if condition == "service_healthy" and self._is_healthy(service):
                return
            time.sleep(_POLL_SECONDS)
        raise RuntimeError(f"{service.name} took too long:\n{self._last_words(service.name)}")

    def _is_healthy(self, service: Service) -> bool:
        words = [self.places.word(service, word) for word in service.health]
        done = subprocess.run(words, env=self._environment(service), capture_output=True, timeout=START_SECONDS)
        return done.returncode == 0

    def _last_words(self, name: str) -> str:
        return "\n".join(self.log(name).splitlines()[-20:])


def _free_ports(wanted: list[str]) -> list[int]:
    """Return a free port for each of these: itself where nobody has it."""
    ports, doors = [], []
    for port in wanted:
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", int(port)))
        except OSError:
            door.bind(("127.0.0.1", 0))
        ports.append(door.getsockname()[1])
        doors.append(door)
    for door in doors:
        door.close()
    return ports


def _may_name_hosts() -> bool:
    done = subprocess.run([*HOST, "a-host", "true"], capture_output=True)
    return done.returncode == 0
