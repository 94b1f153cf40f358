"""Run `film studio` in a process of its own, and ask the server that it uses."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.servers.prefect_server import LONG_SECONDS, wait_for

MARK = "FILM_TEST_STUDIO"
"""A variable that all processes of a studio have in their environment."""
FILM = str(Path(sys.executable).with_name("film"))


class Studio:
    """A process of `film studio`, with a port and a Prefect home of the tests."""

    def __init__(self, folder: Path, home: Path, *options: str, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.out, self.err = folder / "out.txt", folder / "err.txt"
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("FILM_", "PREFECT_"))}
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [FILM, "studio", *options],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=keep
                | {"PREFECT_HOME": str(home), "FILM_OUTPUT": str(folder / "output"), MARK: str(folder)}
                | environment,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.out.read_text("utf-8")

    def up(self) -> Studio:
        wait_for("the studio", lambda: "Ctrl-C " in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.err.read_text()
        return self

    def children(self) -> list[int]:
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, timeout=30)
        return [int(pid) for pid in found.stdout.split()]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(LONG_SECONDS)
        return code, self.said(), self.err.read_text("utf-8")


def left_of(studio: Studio) -> list[str]:
    """Return the command lines of the living processes that a studio started, directly or not."""
    mark = f"{MARK}={studio.out.parent}".encode()
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        # One may end while it is looked at; a zombie has no environment.
        with suppress(OSError):
            if mark in process.joinpath("environ").read_bytes().split(b"\0"):
                left.append(process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode())
    return left


def ask(url: str, path: str, body: object = None) -> Any:
    content = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{url}{path}", data=content, headers={"content-type": "application/json"})
    deadline = time.monotonic() + LONG_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # A busy SQLite: come again, as Prefect's own client does.
            if error.code != 503 or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def say(program: str, *arguments: str, folder: Path, home: Path, url: str, output: Path) -> str:
    """Run a command as a person would who uses the server at `url`; it must succeed; return all that it printed.

    Args:
        folder: the working folder.
        home: Prefect's home.
        output: the output folder.
    """
    place = {"PREFECT_HOME": str(home), "PREFECT_API_URL": url, "FILM_OUTPUT": str(output), "NO_COLOR": "1"}
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONG_SECONDS,
        stdin=subprocess.DEVNULL,
        env=os.environ | place,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])
