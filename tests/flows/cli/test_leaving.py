"""Laws of leaving: Ctrl-C and SIGTERM end the `film` command within seconds and lose nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from flows.signals import PATIENCE_SECONDS as PATIENCE_SECONDS_OF_THE_COMMAND
from tests.support.films.film_command import IDEA, PATIENCE_SECONDS, TINY, Film, assert_one_line
from tests.support.sampled import sampled


@sampled(("number", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")])
def test_stopped_during_images(film: Film, number: signal.Signals, code: int, said: str) -> None:
    """SIGINT and SIGTERM: no new picture begins, the process leaves within seconds with 130 or 143 and one line that
    names the command; the same line run again finishes the film and paints no finished picture again."""
    line = ("make", IDEA, "--seconds", "12", "--shot-seconds", "2", "--height", "144")
    process = film.start(*line, slow="image", seconds=1.0)
    film.wait_for(process, lambda: film.calls("image end") >= 1 and film.calls("image begin") >= 3)
    began = film.calls("image begin")
    sent = time.monotonic()
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    taken = time.monotonic() - sent
    assert process.returncode == code, err
    assert taken < 8
    # One more may have been past its check when the signal came.
    assert film.calls("image begin") <= began + 1
    assert_one_line(err)
    (folder,) = film.sessions
    assert err.startswith(said)
    assert f"film resume {folder.name}" in err
    assert "Traceback" not in out
    kept = len(list((folder / "images").glob("shot_*.png")))
    painted = film.calls("image begin")
    code, out, err = film.run(*line, "--json")
    assert code == 0, err
    report = json.loads(out)
    assert report["session_id"] == folder.name
    assert film.calls("image begin") - painted == report["shots"] - kept


def test_a_second_interrupt_leaves_at_once(film: Film) -> None:
    """A second Ctrl-C does not wait for what is in hand; the one line and the exit code are the same."""
    process = film.start("make", IDEA, *TINY, slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    sent = time.monotonic()
    while process.poll() is None:
        # Two signals that come too close are one to the system: press until it leaves.
        os.kill(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert time.monotonic() - sent < PATIENCE_SECONDS_OF_THE_COMMAND - 0.5
    assert process.returncode == 130
    assert_one_line(err)
    assert f"film resume {film.sessions[0].name}" in err


@pytest.mark.thorough
@sampled(("number", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")])
def test_a_signal_waits_seconds_not_minutes(film: Film, number: signal.Signals, code: int, said: str) -> None:
    """What is in hand and takes long does not hold the process after a signal: it leaves after a few seconds."""
    process = film.start("make", IDEA, *TINY, "--json", slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    sent = time.monotonic()
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert time.monotonic() - sent < 8
    assert process.returncode == code
    assert_one_line(err.removeprefix(err[: err.index(said)]))
    assert json.loads(out)["state"] == "unfinished"


@pytest.mark.thorough
def test_a_supervisor_that_sends_both_signals(film: Film) -> None:
    """SIGINT and then SIGTERM, as supervisors do: one line that names the command, no traceback, nothing lost."""
    process = film.start("make", IDEA, *TINY, slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    os.kill(process.pid, signal.SIGINT)
    # What is in hand takes a minute, so that the second signal comes while the first one's patience lasts.
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.4)
    os.kill(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode in (130, 143)
    assert_one_line(err)
    assert f"film resume {film.sessions[0].name}" in err


@sampled(("name", "code", "said"), [("SIGINT", 130, "interrupted"), ("SIGTERM", 143, "terminated")])
@sampled("module", ["rich", "pydantic_core", "flows.server.address"])
def test_a_signal_while_the_command_is_imported(module: str, name: str, code: int, said: str) -> None:
    """A signal in the middle of any import is one line and its exit code, never a page of traceback."""
    struck = f"""
import os, signal, sys

class Strike:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.{name})

sys.meta_path.insert(0, Strike())
from flows.cli.entry import main
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", struck], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr == f"{said} before the work began: run the same line again\n"
