"""Measure a whole film: the real `film make`, with the built-in engine, in a process of its own.

    python -m tests.bench.film [--seconds 40] [--height 1080] [--rounds N] [--json]

Everything lies in a temporary folder, Prefect's home included, and is removed at the end. With more than one round
every number is the median of the rounds. What is printed:

    pieces        how many pieces of a stage were made
    work          seconds that their making took, summed over the pieces (`seconds_taken` in their receipts);
                  stages run side by side, so these do not add up to the whole
    span          seconds from the first piece's beginning to the last one's end
    engine start  seconds from the start of the process to the session's opening: Python, Prefect, its server. The
                  first round makes Prefect's database as well
    film          seconds from there to the end of the process
    frames        of the finished film, for each second of `film`
    processor     seconds of processor time of the whole tree; on a busy machine this says more than the clock
    busy          share of the machine's cores that the tree used during `film`, and that all processes used together
    inspection    seconds that looking at the finished film whole takes, once more by itself: they are in `film` too
    memory        highest resident memory of the film's own process, and of the whole tree (Prefect's server too):
                  the sum over its processes every 0.2 s, in which a page that two of them share counts twice
    load          processes that wanted to run in the minute before the first round; others share the machine
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.measured import apart

IDEA = "A lighthouse keeper finds a message in a bottle"
SEED = 7
SAMPLE_SECONDS = 0.2
TARGET_SECONDS, TARGET_GB = 40.0, 1.5
"""What a film of 40 s at 1920x1080 is to stay under on two cores, after the engine's start: its own length."""

STAGES = ("story", "scene_graph", "shots", "narration", "images", "timeline", "videos", "score", "film")
_OPENED = re.compile(r"^session_\d{8}_\d{6} is new")


class Round(NamedTuple):
    """What one film took; `stages` has (pieces, work, span) by stage."""

    engine: float
    film: float
    frames: int
    processor: float
    busy: float
    machine_busy: float
    inspection: float
    own_gb: float
    tree_gb: float
    stages: dict[str, tuple[float, ...]]


def film_command(seconds: float, height: int) -> list[str]:
    """Return the command line, but for the output folder."""
    film = Path(sys.executable).with_name("film")
    return [
        str(film),
        "make",
        IDEA,
        "--seconds",
        f"{seconds:g}",
        "--height",
        str(height),
        "--seed",
        str(SEED),
        "--new",
        "--json",
    ]


def make_film(command: list[str], folder: Path, home: Path) -> Round:
    """Run the command with its output in `folder`, which must be empty, and return what it took."""
    private = ("PREFECT_", "FILM_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    began = time.perf_counter()
    child = subprocess.Popen(
        [*command, "--output", str(folder)],
        env={**env, "PREFECT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = Watch(child.pid)
    watch.start()
    opened, used_before, before, said = 0.0, 0.0, (0, 0), ""
    try:
        assert child.stderr is not None
        for line in child.stderr:
            said = line.strip() or said
            if not opened and _OPENED.match(line):
                opened, used_before, before = time.perf_counter(), sum(watch.busy.values()), _machine_ticks()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    except BaseException:
        child.terminate()
        child.wait()
        raise
    finally:
        watch.over.set()
        watch.join()
    ended, after = time.perf_counter(), _machine_ticks()
    if child.returncode or not opened:
        raise SystemExit(f"the film was not made (exit code {child.returncode}): {said}")
    (session,) = (folder / "sessions").iterdir()
    stages, frames = read_receipts(session)
    # Linux gives ru_maxrss in KiB; it is the largest of the process and of the children it waited for.
    own_gb = used.ru_maxrss * 1024 / 1e9
    tree_gb = max(watch.peak_bytes / 1e9, own_gb)
    inspection = apart("tests.bench.inspecting", session)["wall"]
    processor = sum(watch.busy.values())
    busy = (processor - used_before) / (ended - opened) / len(os.sched_getaffinity(0))
    machine_busy = 1 - (after[0] - before[0]) / max(1, after[1] - before[1])
    return Round(
        opened - began, ended - opened, frames, processor, busy, machine_busy, inspection, own_gb, tree_gb, stages
    )


def read_receipts(session: Path) -> tuple[dict[str, tuple[float, ...]], int]:
    """Return (pieces, work, span) by stage, and the film's frames, from the receipts of a finished session."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    frames = 0
    folders = (".", "receipts", "images", "narration", "videos")
    for path in (path for folder in folders for path in (session / folder).glob("*.json")):
        receipt = json.loads(path.read_text("utf-8"))
        if isinstance(receipt, dict) and {"sha256", "stage", "made_at"} <= receipt.keys():
            end = datetime.fromisoformat(receipt["made_at"]).timestamp()
            took = receipt.get("seconds_taken", 0.0)
            found[receipt["stage"]].append((end - took, took))
            frames = receipt["frames"] if receipt["stage"] == "film" else frames
    stages: dict[str, tuple[float, ...]] = {
        stage: (len(found[stage]), sum(took for _, took in found[stage]), _span(found[stage]))
        for stage in STAGES
        if stage in found
    }
    return stages, frames


def _span(pieces: list[tuple[float, float]]) -> float:
    return max(start + took for start, took in pieces) - min(start for start, _ in pieces)


class Watch(threading.Thread):
    """Looks at a process and all below it until `over`: their memory together, and each one's processor seconds."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.peak_bytes = 0
        self.busy: dict[int, float] = {}
        self._pid = pid

    def run(self) -> None:
        while not self.over.wait(SAMPLE_SECONDS):
            tree = _tree(self._pid)
            self.peak_bytes = max(self.peak_bytes, sum(map(_resident, tree)))
            # A server may outlive the film and be nobody's child then: waiting would not tell what it used.
            self.busy |= {pid: busy for pid in tree if (busy := _busy(pid))}


def _tree(pid: int) -> list[int]:
    """Return `pid` and all that descend from it now."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            words = _stat(int(entry))
            if words:
                children[int(words[1])].append(int(entry))
    tree = [pid]
    for process in tree:
        tree += children[process]
    return tree


def _stat(pid: int) -> list[str]:
    """Return what follows the name in /proc/PID/stat: state, parent, ...; the name may hold blanks and brackets."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _busy(pid: int) -> float:
    # proc(5): utime and stime are fields 14 and 15, in clock ticks; the state is field 3.
    words = _stat(pid)
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK") if words else 0.0


def _machine_ticks() -> tuple[int, int]:
    """Return (idle, all) ticks of all cores since the start: proc(5), /proc/stat; guests count as user already."""
    ticks = [int(word) for word in _read("/proc/stat").splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def _resident(pid: int) -> int:
    words = _read(f"/proc/{pid}/statm").split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") if len(words) > 1 else 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:  # it ended since it was listed
        return ""


def middle(rounds: list[Round]) -> Round:
    """Return the median of every number."""
    numbers = [statistics.median(values) for values in zip(*(each[:-1] for each in rounds), strict=True)]
    stages = {
        stage: tuple(statistics.median(v) for v in zip(*(each.stages[stage] for each in rounds), strict=True))
        for stage in rounds[0].stages
    }
    return Round(*numbers, stages=stages)._replace(frames=int(numbers[2]))


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu[1] if cpu else platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def measure_films(seconds: float, height: int, rounds: int) -> tuple[list[str], Round]:
    """Make the film `rounds` times in a temporary folder; return the command and the medians."""
    command, taken = film_command(seconds, height), []
    with tempfile.TemporaryDirectory(prefix="film-bench-") as scratch:
        for number in range(rounds):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            taken.append(make_film(command, folder, Path(scratch) / "prefect"))
    return command, middle(taken)


def print_machine(here: dict[str, Any]) -> None:
    """Print what the figures depend on."""
    print(f"machine       {here['cores']} cores, {here['cpu']}, Python {here['python']}, load {here['load']}")


def print_table(command: list[str], taken: Round, rounds: int) -> None:
    """Print what the film took, for a person."""
    print(f"command       {shlex.join(['film', *command[1:]])}")
    print(f"rounds        {rounds}\n")
    print(f"{'stage':12} {'pieces':>7} {'work s':>8} {'span s':>8}")
    for stage, (pieces, work, span) in taken.stages.items():
        print(f"{stage.replace('_', ' '):12} {pieces:7.0f} {work:8.1f} {span:8.1f}")
    print(f"\nengine start  {taken.engine:6.1f} s")
    print(f"film          {taken.film:6.1f} s     (target: under {TARGET_SECONDS:g} s)")
    print(f"inspection    {taken.inspection:6.1f} s     {taken.inspection / taken.film:.0%} of the film")
    print(f"frames        {taken.frames / taken.film:6.1f} a second, {taken.frames} in all")
    print(f"processor     {taken.processor:6.1f} s")
    print(f"busy          {taken.busy:6.0%}       of all cores; {taken.machine_busy:.0%} with all other processes")
    print(f"memory        {taken.own_gb:6.2f} GB    the film's process")
    print(f"              {taken.tree_gb:6.2f} GB    with the engine (target: under {TARGET_GB:g} GB)")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description="Measure a whole film.")
    options.add_argument("--seconds", type=float, default=40.0, help="length of the film (default 40)")
    options.add_argument("--height", type=int, default=1080, help="rows of pixels (default 1080)")
    options.add_argument("--rounds", type=int, default=1, help="films to make; the median is told (default 1)")
    options.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    asked = options.parse_args()
    if asked.rounds < 1:
        options.error("--rounds must be 1 or more")
    here = machine()
    command, taken = measure_films(asked.seconds, asked.height, asked.rounds)
    if asked.json:
        figures = json.loads(json.dumps(taken._asdict()), parse_float=lambda text: round(float(text), 3))
        print(json.dumps({"command": command[1:], "machine": here, "rounds": asked.rounds, **figures}))
    else:
        print_machine(here)
        print_table(command, taken, asked.rounds)


if __name__ == "__main__":
    main()
