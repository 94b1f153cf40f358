"""Measure how long `sessions list` takes, its process's start included: wall and CPU time.

    python -m tests.bench.list_sessions [FOLDER]

Writes 1,000 finished sessions of 12 shots below FOLDER (default: a new temporary folder, removed at the end), then
prints the median of five runs for a handful of sessions and for all, each in a pipe and as JSON. To be under: 0.3 s
for the handful, 1 s for the thousand.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.sessions.make_sessions import make_session

SESSIONS, SHOTS, HANDFUL, RUNS = 1_000, 12, 5, 5


def make_tree(root: Path, count: int) -> None:
    """Write `count` finished sessions below `root`; what is there already stays."""
    for number in range(count):
        name = f"session_202501{number // 60 // 24 % 28 + 1:02d}_{number // 60 % 24:02d}{number % 60:02d}00"
        if not (root / name).exists():
            make_session(root, name, shots=SHOTS)


def seconds_of(*words: str, output: Path) -> str:
    """Return the median wall and CPU time of the command over five runs; on a busy machine the CPU time says more."""
    command = [sys.executable, "-c", "from studio.cli.sessions import main; main()", *words, "--output", str(output)]
    wall, cpu = [], []
    for _ in range(RUNS):
        began, busy = time.perf_counter(), _children_seconds()
        subprocess.run(command, check=True, capture_output=True)
        wall.append(time.perf_counter() - began)
        cpu.append(_children_seconds() - busy)
    return f"{statistics.median(wall):6.3f} s wall {statistics.median(cpu):6.3f} s CPU"


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path) -> None:
    """Write both trees below `folder` and print what listing them takes."""
    for count in (HANDFUL, SESSIONS):
        output = folder / str(count)
        make_tree(output / "sessions", count)
        for words in (("list",), ("list", "--json")):
            print(f"{count:5d} sessions, {' '.join(words):12} {seconds_of(*words, output=output)}")
    view = seconds_of("view", "session_20250101_000000", output=folder / str(HANDFUL))
    print(f"    1 session, view          {view}")


if __name__ == "__main__":
    os.umask(0o022)
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            measure(Path(scratch))
