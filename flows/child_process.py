"""Make a film in a child process: `film resume SESSION`.

The child runs in an operating system session of its own, so that Ctrl-C does not reach it twice. It ends when its
standard input does: the parent closes that on Ctrl-C, and the system does when the parent is killed. The child then
leaves within seconds, as on SIGTERM.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from flows.signals import PATIENCE_SECONDS
from studio.text.command_hints import output_name

GRACE_SECONDS = PATIENCE_SECONDS + 2
"""How long a child may take to leave before it is killed; that loses the work in hand and nothing else."""

_POLL_SECONDS = 0.2

PROGRAM: list[str] = [sys.executable, "-P", "-m", "flows.cli.child_main"]
"""The command of a child, without its arguments."""

_running: set[subprocess.Popen[str]] = set()


def film_in_child(output: Path, session_id: str, stop: threading.Event) -> str:
    """Make the film of a session in a child process; return '' or, in one line, why there is no film.

    Once `stop` is set the child is told to end.

    Raises:
        OSError: the child cannot be started.
    """
    lifeline, ours = os.pipe()
    try:
        process = subprocess.Popen(
            [*PROGRAM, sys.argv[0], "resume", session_id, "--output", output_name(output)],
            stdin=lifeline,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(lifeline)
    _running.add(process)
    try:
        said = _wait(process, ours, stop)
    finally:
        _running.discard(process)
    if process.returncode == 0:
        return ""
    lines = said.strip().splitlines()
    return lines[-1] if lines else f"it ended with {process.returncode} and said nothing"


def _wait(process: subprocess.Popen[str], ours: int, stop: threading.Event) -> str:
    """Wait for the child to end, and return what it printed on standard error."""
    told = False
    waited = 0.0
    try:
        while True:
            try:
                return process.communicate(timeout=_POLL_SECONDS)[1]
            except subprocess.TimeoutExpired:
                waited += _POLL_SECONDS if told else 0.0
            if stop.is_set() and not told:
                os.close(ours)
                told = True
            if waited > GRACE_SECONDS:
                process.kill()
    finally:
        if not told:
            os.close(ours)


def kill_children() -> None:
    """Kill every child at once: finished pieces stay, and the next run makes the rest."""
    for process in list(_running):
        process.kill()


def terminate_when_input_ends() -> None:
    """Send this process SIGTERM when its standard input ends; return at once."""

    def watch() -> None:
        while os.read(0, 1024):
            continue
        # Sent to the main thread itself: a signal that the system gives to another thread does not wake it from a wait.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
