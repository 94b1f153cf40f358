"""A Prefect server of the bench's own: one process on loopback with a home of its own, killed and started at will."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.servers.prefect_home import with_tables

PROJECT = Path(__file__).parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))
PATIENCE_SECONDS = 180
"""How long a start may take, and whatever else must end."""


def environment(home: Path, url: str | None) -> dict[str, str]:
    """Return an environment without anything of the user's Prefect: this home, this server, silent."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FILM_"))}
    # One thread each in the linear algebra: a process that is forked later should have none besides.
    return (
        plain
        | ({"PREFECT_API_URL": url} if url else {})
        | {
            "PREFECT_HOME": str(home),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
            "PREFECT_CLI_PROMPT": "false",
            "PYTHONPATH": str(PROJECT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
    )


class Server:
    """A server on one port; `start` waits until it answers, also after `kill`, with what its database kept."""

    def __init__(self, home: Path) -> None:
        self.home = with_tables(home)
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self._port = door.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/api"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it is healthy."""
        line = [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            "prefect.server.api.server:create_app",
            "--host",
            "127.0.0.1",
            "--port",
            str(self._port),
            "--log-level",
            "error",
            "--lifespan",
            "on",
        ]
        self._process = subprocess.Popen(
            line,
            cwd=PROJECT,
            env=environment(self.home, None) | {"PREFECT_UI_ENABLED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"no Prefect server on port {self._port}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def prefect(self, *arguments: str) -> None:
        """Run the `prefect` command on this server."""
        done = subprocess.run(
            [PREFECT, "--no-prompt", *arguments],
            cwd=PROJECT,
            env=environment(self.home, self.url),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"prefect {arguments[0]}: {done.stdout}{done.stderr}")
