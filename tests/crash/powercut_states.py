"""Every state that a power cut may leave of a recorded run, enumerated and rebuilt.

What a disk may hold is `tests/crash/machine.py`. Left out of what it gives: the bytes of hidden files that nobody
reads (`unread`), and Prefect's records, which are written past that disk, in place and without a flush: with every
state they are tried as all there and none there, and the newest one as torn and empty in the first state after it was
written.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

from tests.crash.judge import Piece, Work
from tests.crash.machine import Disk, File, Machine
from tests.crash.steps import Log


@dataclass(frozen=True)
class State:
    """What the disk may hold after a cut, and what must be true of it."""

    log: Log
    cut: int
    """The cut came after this many steps."""
    disk: Disk
    records: tuple[tuple[str, bytes], ...]
    """Prefect's records: path and bytes."""
    held: frozenset[Piece]
    """The pieces whose publication had returned before the cut: each must be held."""
    begun: tuple[Work, ...]
    """The works that had begun before the cut, each as long as it took without one."""

    def __str__(self) -> str:
        after = self.log.steps[self.cut - 1] if self.cut else "nothing"
        on = f"; that on top of: {self.log.on}" if self.log.on else ""
        there = self.disk.what or "all is there"
        return f"after step {self.cut} ({after}): {there}; {len(self.records)} records{on}"


def unread(lying: Mapping[str, bytes]) -> set[str]:
    """Return the hidden files of whose bytes there need be only one kind: they are swept by their names.

    Recovery reads a hidden file only where a staged receipt names its place; of all others ('..shot_001.json.next.*',
    '.title.mp4.*', what is to be a take), and of what lies in a session's hidden folder, it reads nothing but the name.
    """
    named = {_place_named(path, content) for path, content in lying.items() if path.endswith(".json.next")}
    return {path for path in lying if _SWEPT.search(path) and _unhidden(path) not in named}


_HIDDEN = re.compile(r"\.([^/]+)\.\d+-\d+-[0-9a-f]+\.part$")
_SWEPT = re.compile(r"/\.[^/]+\.part(/|$)")


def _unhidden(path: str) -> str:
    return _HIDDEN.sub(r"\1", path)


@lru_cache(maxsize=1024)
def _place_named(path: str, content: bytes) -> str:
    return "/".join((*path.split("/")[:2], str(json.loads(content)["path"]))) if content else ""


def states(log: Log) -> Iterator[State]:
    """Yield every distinct state that a power cut may leave of the run, each once, in the order of the cuts.

    Where several cuts leave the same disk, the last one counts: most had been finished by then.
    """
    same: dict[File, File] = {}
    found: dict[tuple[tuple[str, ...], tuple[File, ...]], tuple[int, str]] = {}
    for cut, machine in cuts(log):
        for what, folders, lying in machine.disks() if _is_tried(log, cut) else ():
            key = folders, tuple(same.setdefault(each, each) for each in lying)
            found.pop(key, None)
            found[key] = cut, what
    newest = ""
    for (folders, lying), (cut, what) in found.items():
        state, records = state_of(log, cut, Disk(what, folders, lying)), recorded_by(log, cut)
        yield state
        if not records or "sessions" not in folders:
            continue
        yield replace(state, records=tuple(records.items()))
        if (last := tuple(records)[-1]) != newest:
            newest = last
            for content in (records[last][: len(records[last]) // 2], b""):
                yield replace(state, records=tuple({**records, last: content}.items()))


def some_states(logs: Sequence[Log], count: int, seed: int) -> Iterator[State]:
    """Yield `count` states, spread evenly over all cuts of all the logs, each drawn from those of its cut."""
    choose = Random(seed)
    every = sum(_is_tried(log, cut) for log in logs for cut in range(len(log.steps) + 1))
    tried = 0
    for log in logs:
        for cut, machine in cuts(log):
            if not _is_tried(log, cut):
                continue
            for _ in range(tried * count // every, (tried + 1) * count // every):
                state = state_of(log, cut, machine.any_disk(choose))
                with_records = choose.random() < 0.5 and "sessions" in state.disk.folders
                yield replace(state, records=tuple(recorded_by(log, cut).items())) if with_records else state
            tried += 1


def _is_tried(log: Log, cut: int) -> bool:
    return log.cuts is None or cut in log.cuts


def cuts(log: Log) -> Iterator[tuple[int, Machine]]:
    """Yield the one disk before the first step and after each: how many steps were done, and the disk."""
    machine = Machine(unread)
    machine.lay(log.tree)
    yield 0, machine
    for cut, step in enumerate(log.steps, start=1):
        machine.do(step)
        yield cut, machine


def recorded_by(log: Log, cut: int) -> dict[str, bytes]:
    """Return Prefect's records as they were at the cut, by path; the newest is the last."""
    return {step.path: step.content for step in (*log.tree, *log.steps[:cut]) if step.kind == "record"}


def state_of(log: Log, cut: int, disk: Disk) -> State:
    """Return the state of a disk that this cut may leave, without records."""
    past = log.steps[:cut]
    held = log.before | {step.piece for step in past if step.kind == "held"}
    return State(log, cut, disk, (), held, tuple(step.work for step in past if step.work is not None))


def build(state: State, output: Path) -> None:
    """Lay the state out in the empty folder `output`, times of change and second names included."""
    for folder in sorted(state.disk.folders):
        (output / folder).mkdir()
    first: dict[int, Path] = {}
    for file in state.disk.files:
        path = output / file.path
        if file.number in first:
            os.link(first[file.number], path)
            continue
        first[file.number] = path
        path.write_bytes(file.content)
        os.utime(path, ns=(file.mtime_ns, file.mtime_ns))
    for name, content in state.records:
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_bytes(content)
