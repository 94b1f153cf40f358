"""The automation that the guide gives for a webhook: it calls when a film is done or has failed, and says which."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.crash.engine_server import Server, environment

PROJECT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60


@pytest.fixture
def calls() -> Iterator[tuple[str, SimpleQueue[str]]]:
    """A server on loopback that takes webhooks: its address, and what it was sent."""
    heard: SimpleQueue[str] = SimpleQueue()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/films", heard
        server.shutdown()
        thread.join()


@pytest.mark.thorough
def test_the_guides_automation_calls_the_webhook(tmp_path: Path, calls: tuple[str, SimpleQueue[str]]) -> None:
    """The lines of the guide, as they stand there, on a real server: a film that fails is told with its reason."""
    url, heard = calls
    guide = (PROJECT / "docs/guide.md").read_text("utf-8")
    (lines,) = re.findall(r"```python\n(.*?CallWebhook.*?)```", guide, re.DOTALL)
    assert "https://chat.example/films" in lines
    server = Server(tmp_path / "prefect")
    server.start()
    try:
        settings = environment(tmp_path / "prefect", server.url) | {"FILM_OUTPUT": str(tmp_path / "output")}
        for code in (
            lines.replace("https://chat.example/films", url),
            "from flows.direct_run import filmed; filmed(session_id='session_19990101_000000')",
        ):
            subprocess.run(
                [sys.executable, "-c", code], env=settings, cwd=PROJECT, check=True, timeout=PATIENCE_SECONDS
            )
        said = heard.get(timeout=PATIENCE_SECONDS)
    finally:
        server.kill()
    assert "Failed" in said
    assert "session_19990101_000000" in said
