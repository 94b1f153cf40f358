"""No traceback, whatever a shell or the system takes away: streams, threads, memory; or lies deep in a session."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flows.signals import check_threads
from studio.checks.verify import verify
from studio.cli.terminal import NO_THREAD, leave
from studio.errors import FilmError
from studio.status.report import read_report
from studio.status.snapshot import why_not_a_session
from studio.store.folder_walk import DEEPEST, walk
from tests.support.sessions.make_sessions import make_session, snapshot

PROJECT = Path(__file__).parents[3]
ID = "session_20250208_002238"
COMMANDS = {
    "sessions": ("studio.cli.sessions", ["list"], 0, ((0,), (1,), (2,), (0, 1, 2))),
    "film": ("flows.cli.entry", ["resume", "session_1"], 2, ((0, 1), (0, 1, 2))),
}


@pytest.mark.parametrize("program", COMMANDS)
def test_a_closed_stream_leads_nowhere(program: str, tmp_path: Path) -> None:
    """Whichever streams a shell closed, the command does its work, says the rest, and writes into no file instead."""
    module, arguments, code, streams = COMMANDS[program]
    make_session(tmp_path / "sessions", ID, shots=1)
    before = snapshot(tmp_path)

    def begin(closed: tuple[int, ...]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                "sh",
                "-c",
                'exec "$0" "$@"' + "".join(f" {n}{'<' if n == 0 else '>'}&-" for n in closed),
                sys.executable,
                "-c",
                f"from {module} import main; main()",
                *arguments,
                "--output",
                str(tmp_path),
            ],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    for closed, process in [(closed, begin(closed)) for closed in streams]:
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, (closed, out, err)
        assert "Traceback" not in out + err, closed
        assert (ID in out) == (code == 0 and 1 not in closed)
        assert bool(err) == (code == 2 and 2 not in closed)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("error", [RuntimeError(NO_THREAD), MemoryError()])
def test_no_thread_and_no_memory_are_told_in_one_line(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    """What the system refuses is no fault of the program's, and no page of traceback."""

    def fail() -> int:
        raise error

    assert leave(fail) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "ulimit" in err


@pytest.mark.parametrize("granted", range(0, 24, 8))
def test_a_film_without_its_threads_does_not_begin(granted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where fewer threads start than a film has, it ends beforehand, and those that were started have ended."""
    start, left = threading.Thread.start, [granted]

    def refuse(thread: threading.Thread) -> None:
        if not left[0]:
            raise RuntimeError(NO_THREAD)
        left[0] -= 1
        start(thread)

    before = threading.active_count()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(FilmError, match="threads"):
        check_threads()
    monkeypatch.undo()
    check_threads()
    assert threading.active_count() == before


def test_folders_in_folders_do_no_harm(tmp_path: Path) -> None:
    """1,200 folders in each other, at any place of a session, are looked at as deep as ours are, and no deeper."""
    folder = make_session(tmp_path / "sessions", ID, shots=1)
    before = verify(folder)
    empty = tmp_path / "sessions/session_20250208_002239"
    try:
        for place in ("images", "takes", "results"):
            nested(folder / place)
        nested(empty)
        assert verify(folder) == before
        assert read_report(folder, tmp_path).facts.session_id == ID
        assert "empty" in why_not_a_session(empty)
        assert len(list(walk(empty))) == DEEPEST
    finally:
        # Python's own removal calls itself for each.
        subprocess.run(["rm", "-rf", str(tmp_path / "sessions")], check=True)


def nested(folder: Path) -> None:
    """Make 1,200 folders in each other: more than Python calls functions, longer than a path may be."""
    folder.mkdir(parents=True, exist_ok=True)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("nested", dir_fd=here)
        below = os.open("nested", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
