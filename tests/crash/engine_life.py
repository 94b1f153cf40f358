"""One run of the command, from its start to its end or its kill, in the three forms in which a film is made.

Forked: the flow itself, in a child of a process that has imported everything and opened nothing. Commanded: the `film`
command as a program, without a server. Deployed: by a worker that was started for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

import blocks.crew
from flows.direct_run import filmed
from tests.crash import crew
from tests.crash.engine_child import Told, take_time, telling
from tests.crash.engine_server import PATIENCE_SECONDS, PREFECT, PROJECT, Server, environment
from tests.crash.film import IDEA, OPTIONS

LOOK_SECONDS = 0.003
"""How often a run is looked at."""
SHAPE: dict[str, Any] = {
    "seconds": OPTIONS.seconds,
    "shot_seconds": OPTIONS.shot_seconds,
    "height": OPTIONS.height,
    "seed": OPTIONS.seed,
    "script": OPTIONS.script,
}


def wait_for(ready: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until `ready` says something; False where it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


class Life(Protocol):
    """A run that was started."""

    told: Told

    def ended(self) -> bool:
        """Tell whether it is over, however it ended."""
        ...

    def by_itself(self) -> bool:
        """Tell whether what is over ended by itself: nobody killed it."""
        ...

    def kill(self, group: bool = False) -> None:
        """kill -9, all its processes or, with `group`, its process group; returns when it is dead."""
        ...

    def close(self) -> tuple[str, ...]:
        """Leave no process behind; return what of it lived on when it should not have."""
        ...


class Forked:
    """The flow in a forked child, in a session of its own; on `url`, or on the server of the environment."""

    def __init__(
        self, told: Told, output: Path, session_id: str | None, die_at: int | None = None, url: str = ""
    ) -> None:
        self.told = told
        self._status: int | None = None
        options = SHAPE | {"idea": "" if session_id else IDEA, "session_id": session_id, "output": str(output)}
        self._pid = os.fork()
        if self._pid == 0:
            _be_the_flow(told, options, die_at, url)

    def ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def by_itself(self) -> bool:
        return self.ended() and self._status is not None and os.WIFEXITED(self._status)

    def kill(self, group: bool = False) -> None:
        if not self.ended():
            if group:
                os.killpg(self._pid, signal.SIGKILL)
            else:
                os.kill(self._pid, signal.SIGKILL)
        wait_for(self.ended)

    def close(self) -> tuple[str, ...]:
        self.kill()
        return ()


def _be_the_flow(told: Told, options: dict[str, Any], die_at: int | None, url: str) -> None:
    code = 1
    try:
        os.setsid()
        # The parent answers on its standard output: the child's is another, and Prefect complains of a dead server.
        said = os.open(told.path("said"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(said, 1)
        os.dup2(said, 2)
        blocks.crew.CREWS["offline"] = lambda: crew.crew(take_time)
        # As with the command's own engine: nothing here watches for heartbeats, or looks at the run's page.
        settings = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None} | ({PREFECT_API_URL: url} if url else {})
        with telling(told, die_at), temporary_settings(settings), crew.remembered_cut():
            state: Any = filmed(**options)
        told.path("rendered").write_bytes(pickle.dumps((crew._rendered, crew._cuts)))
        code = 0 if state.is_completed() else 1
    except BaseException:
        told.path("error").write_text(traceback.format_exc(), "utf-8")
    finally:
        os._exit(code)


def remember(told: Told) -> None:
    """Let every run that is forked from now on take what the run of `told` rendered, and not render it again."""
    rendered, cuts = pickle.loads(told.path("rendered").read_bytes())
    crew._rendered.update(rendered)
    crew._cuts.update(cuts)


class Commanded:
    """`film make` or `film resume` as a program, with no server: it starts the built-in engine."""

    def __init__(self, told: Told, output: Path, session_id: str | None) -> None:
        self.told = told
        script = told.path("script")
        script.write_text(str(OPTIONS.script), "utf-8")
        shape = [
            word
            for name, value in (SHAPE | {"script": script}).items()
            for word in (f"--{name.replace('_', '-')}", str(value))
        ]
        line = ["resume", session_id] if session_id else ["make", IDEA, *shape]
        self._engine: list[int] = []
        with open(told.path("said"), "wb") as said:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.crash.engine_child",
                    str(told.folder),
                    str(told.number),
                    *line,
                    "--output",
                    str(output),
                ],
                cwd=PROJECT,
                env=environment(output.parent.parent / "home", None),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ended(self) -> bool:
        if self._process.poll() is None and not self._engine and self.told.moment("opened"):
            self._engine = _children(self._process.pid)
        return self._process.poll() is not None

    def by_itself(self) -> bool:
        return self.ended() and self._process.returncode >= 0

    def kill(self, group: bool = False) -> None:
        self._engine = _children(self._process.pid) or self._engine
        os.killpg(self._process.pid, signal.SIGKILL) if group else self._process.kill()
        self._process.wait()

    def close(self) -> tuple[str, ...]:
        if self._process.poll() is None:
            self.kill()
        wait_for(lambda: not any(_lives(pid) for pid in self._engine), ENGINE_END_SECONDS)
        orphans = [pid for pid in self._engine if _lives(pid)]
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
        return ("the built-in engine lived on",) if orphans else ()


ENGINE_END_SECONDS = 15
"""How long the built-in engine may live on after its command."""


class Deployed:
    """A run of the deployment by a worker of its own; both die together."""

    def __init__(self, told: Told, output: Path, session_id: str | None, server: Server) -> None:
        self.told = told
        with open(told.path("said"), "wb") as said:
            self._worker = subprocess.Popen(
                [PREFECT, "--no-prompt", "worker", "start", "--pool", POOL, "--type", "process"],
                cwd=PROJECT,
                env=environment(server.home, server.url) | {"FILM_CRASH_TOLD": f"{told.folder}:{told.number}"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        options = SHAPE | {"output": str(output)} | ({"session_id": session_id} if session_id else {"idea": IDEA})
        # Prefect takes a text for JSON first, and stumbles over its line ends.
        plain = {name: isinstance(value, str) and "\n" not in value for name, value in options.items()}
        words = [f"{name}={value if plain[name] else json.dumps(value)}" for name, value in options.items()]
        try:
            server.prefect("deployment", "run", "make-film/crash", *(each for word in words for each in ("-p", word)))
        except BaseException:
            self.kill()
            raise

    def ended(self) -> bool:
        pid = self.told.pid()
        return pid is not None and not _lives(pid)

    def by_itself(self) -> bool:
        return self.ended()

    def kill(self, group: bool = False) -> None:
        pid = self.told.pid()
        os.killpg(self._worker.pid, signal.SIGKILL)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_for(lambda: not _lives(pid))
        self._worker.wait()

    def close(self) -> tuple[str, ...]:
        if self._worker.poll() is None:
            self.kill()
        return ()


POOL = "crash"


def deploy(server: Server, folder: Path) -> None:
    """Make the work pool and the deployment on the server; `folder` receives the deployment's file."""
    file = folder / "prefect.yaml"
    lines = (
        "deployments:",
        "- name: crash",
        "  entrypoint: tests/crash/engine_deployed.py:make_film",
        "  work_pool:",
        f"    name: {POOL}",
    )
    file.write_text("\n".join(lines) + "\n", "utf-8")
    server.prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    server.prefect("deploy", "--all", "--prefect-file", str(file))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return found


def _lives(pid: int) -> bool:
    """Tell whether the process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
