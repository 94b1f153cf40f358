"""A server of ours that cannot start, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.server import built_in_server
from flows.server.built_in_server import BuiltIn
from studio.errors import DiskFull, FilmError

FULL = (
    "sqlite3.OperationalError: database or disk is full",
    "OSError: [Errno 28] No space left on device: '/x/.prefect'",
    "OSError: [Errno 122] Disk quota exceeded",
)


def server_that_says(words: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> BuiltIn:
    """Return a server that says this and ends."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'EOF'\n{words}\nEOF\nexit 3\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(built_in_server.sys, "executable", str(program))  # type: ignore[attr-defined]  # what it imports
    monkeypatch.setenv("PREFECT_HOME", str(folder / "home"))
    server = BuiltIn()
    # As the door of a process that has ended is: nobody takes what waits there.
    server._process.wait()
    server.url = "http://127.0.0.1:9/api"
    return server


@pytest.mark.parametrize("words", FULL)
@pytest.mark.parametrize("after", ["", "\nERROR: Application startup failed. Exiting."])
def test_a_full_home_of_prefects_is_named(
    words: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Prefect's own folder is full, the line says which folder, and not that a server did not start."""
    server = server_that_says(f"Traceback ...\n{words}{after}", tmp_path, monkeypatch)
    with pytest.raises(DiskFull, match="PREFECT_HOME") as failed:
        server.ready()
    assert str(tmp_path / "home") in str(failed.value)
    assert "\n" not in str(failed.value)


def test_another_cause_is_told_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no full disk is not called one: the server's last line stands there."""
    server = server_that_says("ModuleNotFoundError: No module named 'x'", tmp_path, monkeypatch)
    with pytest.raises(FilmError, match="No module named 'x'") as failed:
        server.ready()
    assert not isinstance(failed.value, DiskFull)
