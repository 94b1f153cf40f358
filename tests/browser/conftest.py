"""Fixtures of the browser's tests: a real server with its pages, one film made on it, and Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROJECT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PICTURES = PROJECT / "output" / "browser"
"""Where screenshots go, for a person to look at."""
IDEA = "A lighthouse <b>keeper</b> | finds [a message](http://sea.example) in a *bottle*"
PATIENCE_SECONDS = 150
PAGES = {"newer": "/v2", "older": ""}
"""Prefect serves two sets of pages; a link that a run prints leads to either."""


@dataclass(frozen=True)
class Server:
    """A real Prefect server with its pages; `environment` is that of a person who uses it."""

    url: str
    environment: dict[str, str]

    def run(self, program: str, *arguments: str) -> str:
        """Run one of the environment's programs in the project's folder; return what it said."""
        done = subprocess.run(
            [BIN / program, *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of our own, with a work pool and this project's deployments."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"{url}/api",
        "NO_PROXY": "127.0.0.1",
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    with open(home / "server.log", "wb") as log:
        process = subprocess.Popen(
            [BIN / "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_until_it_answers(f"{url}/api/health", process)
            server = Server(url, environment)
            server.run("prefect", "--no-prompt", "work-pool", "create", "local", "--type", "process")
            server.run("prefect", "--no-prompt", "deploy", "--all")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def film(pages: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that the offline crew made on that server by `film make`; gives its session's folder."""
    output = tmp_path_factory.mktemp("output")
    pages.run("film", "make", IDEA, "--seconds", "8", "--shot-seconds", "2", "--height", "144", "--output", str(output))
    (folder,) = (output / "sessions").iterdir()
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as Debian has it: nothing is downloaded."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "there is no Chromium: apt-get install chromium, or name one: CHROMIUM=/path/to/chromium"
    # Root has no sandbox of Chromium's; it visits only the server above.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a usual size; how it looked at the end of the test is kept as a picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1400, "height": 1600})
    page.set_default_timeout(8_000)
    try:
        yield page
        page.screenshot(path=PICTURES / f"{request.node.name}.png", full_page=True)
    finally:
        page.close()
