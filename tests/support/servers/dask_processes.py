"""A real Dask scheduler and real workers on loopback, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60.0


class DaskProcesses:
    """Starts a scheduler and workers in a folder, and ends them; `security` are the options of both about TLS."""

    def __init__(self, folder: Path, *security: str) -> None:
        self.folder, self._security = folder, security
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--no-dashboard", "--scheduler-file", str(self._file), "--port", "0")
        wait_until(self._file.exists)
        self.address = str(json.loads(self._file.read_text("utf-8"))["address"])
        self._client: Any = None

    def _start(self, program: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", program, "--host", "127.0.0.1", *self._security, *arguments],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "dask.log").open("ab"),
            start_new_session=True,
        )

    def start_worker(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, without a nanny that would start it again."""
        self.workers[name] = self._start(
            "worker",
            self.address,
            "--name",
            name,
            "--nthreads",
            "1",
            "--no-dashboard",
            "--no-nanny",
            *arguments,
            **environment,
        )
        return self.workers[name]

    @property
    def client(self) -> Any:
        """A client of the test's own."""
        if self._client is None:
            from distributed import Client

            self._client = Client(self.address, set_as_default=False)
        return self._client

    def names(self) -> dict[str, str]:
        """Return the names of the workers that are there, by address."""
        return {at: str(told["name"]) for at, told in self.client.scheduler_info()["workers"].items()}

    def busy(self, stage: str = "videos") -> list[str]:
        """Return the names of the workers that have a job of a stage in work."""
        names = self.names()
        return [names[at] for at, keys in self.client.processing().items() if any(stage in str(key) for key in keys)]

    def running(self) -> int:
        """Return how many jobs the workers' threads are busy with, cancelled ones included."""
        return sum(self.client.run(_in_threads).values())

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()

    def end(self) -> None:
        if self._client is not None:
            self._client.close(timeout=1)
        for process in (*self.workers.values(), self.scheduler):
            process.send_signal(signal.SIGCONT)
            self.kill(process)


def _in_threads(dask_worker: Any) -> int:
    return len(dask_worker.active_threads)


def wait_until(what: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until `what` is true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
