"""Running cases in processes of their own, and judging what each took and did.

Most run in a fork of this process, which has everything imported: its processor time begins at 0. True ones are a
command's own process from its start. From both is subtracted what the same command takes on what does no harm, so a
start is never counted.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.case import HEALTHY, Case, make_templates, prepare
from tests.hostile.damage import BASES, Base
from tests.hostile.kinds import DIRECTING
from tests.hostile.room import Room, Seen, held, make_room, seen
from tests.hostile.work import run_program
from tests.support.processor_time import within

SECONDS, MEMORY_MB = 2.0, 300.0
"""Of processor time and of memory, beyond what the same command takes on what does no harm."""
WAITED_SECONDS = 30.0
"""After so long without any processor time a command hangs: it waits for what never comes."""
BUSY_SECONDS = 20
"""Processor time after which it is ended."""
HARMLESS_RUNS = 2


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, minus a signal's number, None where it hung; what it took and said.

    `memory_mb` is its peak beyond what it had when it began.
    """

    code: int | None
    seconds: float
    memory_mb: float
    out: str
    told: str


@dataclass(frozen=True)
class Judged:
    """A case that was run: what it took beyond the harmless form, and what is wrong, '' for nothing."""

    case: Case
    seconds: float
    memory_mb: float
    wrong: str


class Stage:
    """Where cases are run, one after the other. Use as a context manager."""

    def __init__(self, vendor_url: str = "") -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hostile-"))
        self._templates: Mapping[Base, Path] = make_templates(self._folder / "templates", BASES)
        self._usual: dict[tuple[object, ...], tuple[float, float]] = {}
        self._vendor_url = vendor_url

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def judge(self, case: Case) -> Judged:
        """Run a case, and its harmless form where that has not been measured."""
        if case.measure not in self._usual:
            runs = [self._run(case.without_harm())[0] for _ in range(HARMLESS_RUNS)]
            self._usual[case.measure] = min(run.seconds for run in runs), min(run.memory_mb for run in runs)
        seconds, memory = self._usual[case.measure]
        ended, wrong = self._run(case)
        return self._judged(case, ended, ended.seconds - seconds, ended.memory_mb - memory, wrong)

    def _judged(self, case: Case, ended: Ended, seconds: float, memory_mb: float, wrong: list[str]) -> Judged:
        if ended.code is None:
            wrong.append(f"it hangs: {WAITED_SECONDS:.0f} s without any processor time")
        elif ended.code not in (0, 1, 2):
            wrong.append(f"exit code {ended.code}")
        if "Traceback" in ended.told + ended.out:
            wrong.append(f"a traceback: {ended.told.strip().splitlines()[-1:]}")
        elif ended.told.count("\n") > 1 or (ended.code == 2 and 2 not in case.closed and not ended.told.strip()):
            wrong.append(f"not one line: {ended.told[:300]!r}")
        if case.words[0] == "list" and not case.closed and (ended.code != 0 or HEALTHY not in ended.out):
            wrong.append("the list does not show the session beside it")
        if not within(seconds, SECONDS):
            wrong.append(f"{seconds:.1f} s")
        if memory_mb > MEMORY_MB:
            wrong.append(f"{memory_mb:,.0f} MB")
        return Judged(case, max(0.0, seconds), max(0.0, memory_mb), "; ".join(wrong))

    def _run(self, case: Case) -> tuple[Ended, list[str]]:
        """Run a case in a room of its own; return how it ended, and what it did that it must not."""
        place = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            room = make_room(place)
            prepare(case, room, self._templates)
            before, outside, had = seen(room.output), seen(room.outside), held(room.output)
            ended = self._process(case, place)
            wrong = []
            if seen(room.outside) != outside:
                wrong.append(f"it changed what lies outside: {_differing(outside, seen(room.outside))}")
            after = seen(room.output)
            foreign = case.base in ("foreign", "older foreign") and case.program == "opening"
            if after != before and (case.reads or (foreign and ended.code != 0)):
                wrong.append(f"it changed {_differing(before, after)}")
            if lost := _lost(room, had, before, directed=case.words[0] in DIRECTING):
                wrong.append(f"it lost {lost}")
            return ended, wrong
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _process(self, case: Case, place: Path) -> Ended:
        words = [word.replace("{room}", str(place)) for word in case.words]
        environment = {name: value.replace("{room}", str(place)) for name, value in case.environment.items()}
        sys.stdout.flush()
        sys.stderr.flush()
        # A child begins with what this process has taken by then, which grows from case to case.
        held_mb = _held_mb()
        child = os.fork()
        if child == 0:
            _be(case, words, environment, place, self._vendor_url)
        hung = not _ends(child)
        if hung:
            os.killpg(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
        code = None if hung else os.waitstatus_to_exitcode(status)
        out, told = ((place / name).read_text("utf-8", "replace") for name in ("stdout", "stderr"))
        return Ended(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024 - held_mb, out, told)


def _be(case: Case, words: list[str], environment: dict[str, str], place: Path, vendor_url: str) -> None:
    """Be the command. Never returns."""
    code = 70
    try:
        os.setpgid(0, 0)
        os.environ.update(environment)
        # Where it works is its own, so that a relative name leads nowhere else.
        os.chdir(place)
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number in case.closed:
            os.close(number)
        # No core, and no memory without end: what hangs must not take the machine with it.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (BUSY_SECONDS, BUSY_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        if case.true:
            program = str(Path(sys.executable).with_name(case.program))
            os.execv(program, [program, *words])
        for number, stream in enumerate(("stdin", "stdout", "stderr")):
            # As Python finds its streams when it starts.
            mode = "r" if number == 0 else "w"
            closed = number in case.closed
            setattr(sys, stream, None if closed else os.fdopen(number, mode, encoding="utf-8", closefd=False))
        code = run_program(case.program, words, vendor_url)
        for each in (sys.stdout, sys.stderr):
            if each is not None:
                each.flush()
    except BaseException:
        with contextlib.suppress(OSError):
            os.write(2, traceback.format_exc().encode("utf-8", "backslashreplace"))
        code = 1
    finally:
        os._exit(code)


def _held_mb() -> float:
    # proc_pid_statm(5): pages that are resident.
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / (1 << 20)


def _ends(child: int) -> bool:
    """Wait until a child has ended; False where it does not, and takes no processor time."""
    handle, worked = os.pidfd_open(child), 0
    try:
        while not select.select([handle], [], [], WAITED_SECONDS)[0]:
            # proc_pid_stat(5): ticks in user and in kernel mode are the 14th and the 15th field.
            fields = Path(f"/proc/{child}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
            worked, before = int(fields[11]) + int(fields[12]), worked
            if worked == before:
                return False
        return True
    finally:
        os.close(handle)


def _lost(room: Room, had: Mapping[str, int], before: Seen, *, directed: bool) -> list[str]:
    """Return what was there and is nowhere now: meta is a projection, a brief may be written in its usual form.

    A directed plan is another one, and so is its receipt.
    """
    gone = had.keys() - held(room.output).keys()
    if not gone:
        return []
    told = {hashlib.sha256(content).hexdigest(): name for name, (_, _, _, content) in before.items() if content}
    names = [told.get(digest, digest) for digest in gone]
    if directed:
        names = [name for name in names if not name.endswith(("/story.json", "/shots.json"))]
    return [name for name in names if not name.endswith(("_meta.json", "brief.json")) and "/results/" not in name]


def _differing(before: Seen, after: Seen) -> list[str]:
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))[:5]
