"""Run the `film` command in a process of its own, with the counted crew, on the tests' server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 120

IDEA = "A lighthouse keeper finds a message in a bottle"

TINY = ("--seconds", "4", "--height", "144")


class Film:
    """Starts the command on the tests' server, in a folder of its own."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder, self.log = folder, folder / "calls.log"
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("FILM_", "PREFECT_"))}
        self.environment = keep | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": server,
            "FILM_TEST_LOG": str(self.log),
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            "PYTHONPATH": str(Path(__file__).parents[3]),
        }
        self._started: list[subprocess.Popen[str]] = []

    @property
    def sessions(self) -> list[Path]:
        root = self.folder / "output" / "sessions"
        return sorted(root.iterdir()) if root.is_dir() else []

    def start(self, *arguments: str, slow: str = "nothing", seconds: float = 0) -> subprocess.Popen[str]:
        """Start `film` with the fake crew; calls of the kind `slow` take `seconds`."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.films.filmed", slow, str(seconds), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def run(self, *arguments: str, slow: str = "nothing", seconds: float = 0) -> tuple[int, str, str]:
        """Run `film` and return (exit code, standard output, standard error)."""
        process = self.start(*arguments, slow=slow, seconds=seconds)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, out, err

    def calls(self, start: str) -> int:
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return sum(line.startswith(start) for line in lines)

    def wait_for(self, process: subprocess.Popen[str], what: Callable[[], bool]) -> None:
        """Wait until `what` is true; fail if the process ends before."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not what():
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                assert stream is not None
                stream.close()


def assert_one_line(text: str) -> None:
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    assert "\x1b" not in text
