"""`film make --on dask`: stopped by Ctrl-C and by kill -9, and beside machines that do not fit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers.dask_processes import DaskProcesses, wait_until

IDEA = "A lighthouse keeper finds a message in a bottle"
SLOW = ("--seconds", "12", "--shot-seconds", "4", "--height", "720", "--seed", "5")
SMALL = ("--seconds", "6", "--shot-seconds", "2", "--height", "144", "--seed", "5")
STOPPED_SECONDS = 10.0
"""How soon a worker must be free after its run was stopped."""


class Command:
    """Runs `film` in processes of their own, on the tests' server."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": server,
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        }
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("film")), *arguments],
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

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    @property
    def session(self) -> Path:
        (folder,) = (self.folder / "output" / "sessions").iterdir()
        return folder

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def command(tmp_path: Path, server: str) -> Iterator[Command]:
    command = Command(tmp_path, server)
    yield command
    command.end()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskProcesses]:
    processes = DaskProcesses(tmp_path)
    yield processes
    processes.end()


def test_ctrl_c_frees_the_workers(command: Command, dask: DaskProcesses) -> None:
    """Ctrl-C in mid clip: exit code 130, one line, and within ten seconds no worker is at work for the run."""
    dask.start_worker("one")
    process = command.start("make", IDEA, *SLOW, "--on", f"dask={dask.address}")
    wait_until(lambda: dask.busy("videos"), 120)
    process.send_signal(signal.SIGINT)
    wait_until(lambda: dask.running() == 0, STOPPED_SECONDS)
    out, err = process.communicate(timeout=STOPPED_SECONDS)
    assert process.returncode == 130
    assert err.count("\n") == 1, err
    assert "go on with" in err
    assert "Traceback" not in out + err


def test_a_killed_run_frees_the_workers_and_goes_on(command: Command, dask: DaskProcesses) -> None:
    """kill -9 of the flow's process: its workers stop, and the next run makes only what was not finished."""
    dask.start_worker("one")
    on = ("--on", f"dask={dask.address}")
    process = command.start("make", IDEA, *SLOW, *on)
    wait_until(lambda: dask.busy("videos"), 120)
    process.kill()
    process.communicate()
    wait_until(lambda: dask.running() == 0, STOPPED_SECONDS)
    kept = [path for path in command.session.rglob("shot_*.[pwm][nap][gv4]") if not path.name.startswith(".")]
    code, out, err = command.run("resume", *on)
    assert code == 0, err
    assert out.count("[SKIP]") >= len(kept) + 3
    assert [path.name for path in (command.folder / "output").iterdir()] == ["sessions"]


def test_the_machine_s_own_cluster_leaves_nothing_behind(command: Command) -> None:
    """Ctrl-C at a terminal reaches every process of the group: one line, and none of them is left."""
    process = command.start("make", IDEA, *SLOW, "--on", "dask")
    wait_until(lambda: any((command.folder / "output" / "sessions").glob("*/images/shot_*.png")), 120)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=STOPPED_SECONDS + 5)
    assert process.returncode == 130, out + err
    assert err.count("\n") == 1, err
    wait_until(lambda: not _group(process.pid), STOPPED_SECONDS)


def _group(leader: int) -> list[str]:
    """Return the processes of a group that are alive, by the third field after the name in proc(5)'s stat."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(place.parent.name)
    return found


_OTHER = """
import importlib.metadata as metadata

true = metadata.__dict__.setdefault("true", metadata.version)  # a preload is run twice
metadata.version = lambda name: "9.9" if name == {name!r} else true(name)
"""


@pytest.mark.parametrize("package", ["film-studio", "distributed"])
def test_a_worker_of_another_version_is_refused(command: Command, dask: DaskProcesses, package: str) -> None:
    """A worker with another program or Dask makes nothing: alone it ends the run, beside a fit one it is left out."""
    preload = command.folder / "other.py"
    preload.write_text(_OTHER.format(name=package), "utf-8")
    dask.start_worker("other", "--preload", str(preload))
    wait_until(lambda: len(dask.names()) == 1)
    on = ("--on", f"dask={dask.address}")
    code, _, err = command.run("make", IDEA, *SMALL, *on)
    assert code == 2
    assert f"{package} 9.9 instead of" in err
    assert err.count("\n") == 1, err
    dask.start_worker("fit")
    wait_until(lambda: len(dask.names()) == 2)
    code, out, err = command.run("resume", *on)
    assert code == 0, err
    assert out.count("cannot be used") == 1


def test_no_scheduler_is_one_line(command: Command) -> None:
    """An address at which nothing answers is wrong use: one line, and no session is begun."""
    code, _, err = command.run("make", IDEA, *SMALL, "--on", "dask=tcp://127.0.0.1:9")
    assert code == 2
    assert err.count("\n") == 1, err
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in err
    assert not (command.folder / "output" / "sessions").is_dir() or not [
        *(command.folder / "output/sessions").iterdir()
    ]
