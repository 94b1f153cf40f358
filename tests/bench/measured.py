"""What a piece of work costs: measured in a process of its own, so that its peak is nobody else's.

Called by the benches of this folder. The work runs by `python -m MODULE WORDS...`, whose `main` prints what `measured`
returns; `apart` starts such a process and reads it.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
SAMPLE_SECONDS = 0.05


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Do the work and return what it took.

    Returns:
        `wall` and `processor` in seconds, children's too; `peak_mb`, the highest resident memory of this whole process
        in 10^6 bytes, with that of its largest child.
    """
    children = _Children()
    children.start()
    began, before = time.perf_counter(), _processor()
    try:
        work()
        wall, processor = time.perf_counter() - began, _processor() - before
    finally:
        children.over.set()
        children.join()
    return {"wall": wall, "processor": processor, "peak_mb": (highest("self") + children.highest) / 1e6}


def apart(module: str, *words: object) -> dict[str, Any]:
    """Run `python -m module words...` and return the JSON object that it prints.

    Raises:
        SystemExit: it failed; what it said is told.
    """
    done = subprocess.run([sys.executable, "-m", module, *map(str, words)], cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{module} {' '.join(map(str, words))}: {done.stderr.strip()[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _processor() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def highest(pid: str) -> int:
    """Return a process's highest resident memory since its program began, in bytes (proc(5), VmHWM).

    Not ru_maxrss: a child begins with what its parent had when it was forked.
    """
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:  # it ended since it was listed
        return 0
    return int(found[1]) * 1024 if found else 0


class _Children(threading.Thread):
    """Looks at this process's children until `over`: an encoder is gone before one could ask it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.highest = 0

    def run(self) -> None:
        while not self.over.wait(SAMPLE_SECONDS):
            for thread in Path("/proc/self/task").iterdir():
                try:
                    pids = (thread / "children").read_text().split()
                except OSError:
                    continue
                self.highest = max([self.highest, *map(highest, pids)])
