"""Power cuts: every state that one may leave of a recorded run, enumerated, rebuilt, and resumed.

What a disk may hold is `tests/crash/machine.py`. Prefect's records are written past that disk, in place and without a
flush; with every state they are tried as all there and none there, and the newest one as torn and empty in the first
state after it was written.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from random import Random

from studio import files
from studio.facts import read_facts
from studio.projection import completed
from tests.crash import film, judge
from tests.crash.crew import crew, remembered_cut
from tests.crash.judge import Piece, Work
from tests.crash.machine import Disk, File, Machine
from tests.crash.record import Log, Step, recorded, session_in
from tests.crash.store_reference import scratch_root
from tests.crash.trial import Trial, pooled


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


def edit(folder: Path) -> None:
    """Edit the plan of a finished film of five shots: the second and the fourth go, a new one comes before the last.

    The first stays; the second place takes the third's pieces, the third place is made anew, the fourth takes those of
    the fifth, which by then are in `takes/` only, and the fifth place is no more.
    """
    path = folder / "shots.json"
    first, _, third, _, fifth = json.loads(path.read_bytes())
    new = {"image_prompt": "a lamp in a window", "narration": "One lamp is still lit.", "frames": 24}
    path.write_text(json.dumps([first, third, new, fifth], indent=2) + "\n", "utf-8")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))


def logs(scratch: Path) -> list[Log]:
    """Record the bench's runs in the empty folder `scratch`: a film, an edit of it with links and with copies.

    Of the edit on a disk without links only the cuts are tried where the two differ: while a copy is being made. Once
    it is flushed it differs from a link by nothing but its inode.
    """
    output = scratch / "film"
    output.mkdir(parents=True)
    found = [recorded("film", output)]
    for name, place, links in (("edit", "edit", True), ("edit without links", "copied", False)):
        edited = shutil.copytree(output, scratch / place)
        edit(session_in(edited))
        log = recorded(name, edited, session_in(edited).name, links, cut=links)
        found.append(log if links else replace(log, cuts=frozenset(_copying(log))))
    return found


def _copying(log: Log) -> Iterator[int]:
    """Yield the cuts from the beginning of a copy of a piece until its name is flushed."""
    copying = False
    for cut, step in enumerate(log.steps, start=1):
        if "/takes/" in step.path and not step.path.endswith(".json") and ".json." not in step.path:
            copying = step.kind != "fsync_folder"
            yield cut
        elif copying:
            yield cut


RECOVERED = (("film", "story"), ("film", "images"), ("film", "film"), ("edit", "images"), ("edit", "film"))
"""The publications after whose cut a second cut, while the session is opened again, is tried: run and stage."""


def recovering(found: Sequence[Log], scratch: Path) -> Iterator[Log]:
    """Record runs after a cut, for a second cut while they clean up: until they have published their card.

    The first cuts come in the midst of the last publication of each of `RECOVERED`, when its receipt is staged: once
    with all that is not flushed on the disk, once with nothing of it; and before a session gets its name.
    """
    for log in tuple(found):
        for number, state in enumerate(_first_cuts(log)):
            output = scratch / f"{log.name} {number}"
            output.mkdir(parents=True)
            build(state, output)
            again = recorded("opening again", output, to_resume(state, output), cut=False)
            opened = next(n for n, step in enumerate(again.steps, start=1) if _publishes_card(step))
            yield replace(again, made=log.made, cuts=frozenset(range(opened + 2)), on=f"{log.name}, {state}")


def _publishes_card(step: Step) -> bool:
    return step.kind == "rename" and PurePosixPath(step.target).parent.name == "runs"


def _first_cuts(log: Log) -> Iterator[State]:
    staged: dict[Piece, list[int]] = {}
    chosen: set[int] = set()
    for cut, step in enumerate(log.steps, start=1):
        if step.kind == "held" and step.line and (log.name, step.piece[0]) in RECOVERED:
            staged.setdefault(step.piece, []).append(cut)
        if step.kind == "rename" and PurePosixPath(step.target).parent.name == "sessions":
            chosen.add(cut - 1)
    last = {stage: marks for (stage, _), marks in staged.items()}
    chosen.update(cut for marks in last.values() for cut in (marks[0], marks[-1]))
    for cut, machine in cuts(log):
        if cut in chosen:
            bare, full = (machine.disk([there] * len(machine.pending)) for there in (False, True))
            for disk in (bare, full) if bare[1:] != full[1:] else (full,):
                yield replace(state_of(log, cut, disk), records=tuple(recorded_by(log, cut).items()))


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


def try_state(state: State, scratch: Path) -> Trial:
    """Rebuild the state below `scratch`, run the command again, and judge; nothing is left there."""
    output, notes = scratch / "output", scratch / "notes"
    output.mkdir(parents=True)
    try:
        build(state, output)
        held = _held(output)
        lost = state.held - held
        asked = to_resume(state, output)
        failures: list[str] = []
        while len(failures) < 3 and (failure := _again(output, notes, asked)) is not None:
            failures.append(failure)
        finished = len(failures) < 3
        fault, what = f"power cut, {state.log.name}", str(state)
        if not finished:
            return Trial(fault, what, finished, 3, _named(lost), wrong=tuple(failures[-1:]))
        since, folder = judge.works(notes), session_in(output)
        needless = judge.again(folder, held, since)
        names = [f"{work.stage} {work.index}" for work in since]
        return Trial(
            fault, what, finished, len(failures) + 1, lost=_named(lost | (held - _held(output))), again=tuple(needless),
            remade=tuple(name for name in names if name not in needless), respent_seconds=_respent(state, since),
            wrong=(*judge.faults(folder), *_differing(state, folder), *_left_over(output, folder)),
        )  # fmt: skip
    finally:
        shutil.rmtree(scratch)


def run_powercut(jobs: int = 1, seed: int = 1, count: int | None = None) -> Iterator[Trial]:
    """Yield a trial of every state that a power cut may leave, or of `count` that `seed` draws; `jobs` at a time."""
    with tempfile.TemporaryDirectory(prefix="powercut-", dir=scratch_root()) as scratch:
        found = logs(Path(scratch) / "runs")
        found += recovering(found, Path(scratch) / "again")
        if count is None:
            every = [state for log in found for state in states(log)]
        else:
            every = list(some_states(found, count, seed))
        yield from pooled(every, lambda number, state: try_state(state, Path(scratch) / str(number)), jobs)


def _held(output: Path) -> set[Piece]:
    return {piece for folder in output.glob("sessions/*") for piece in judge.held(folder)}


def to_resume(state: State, output: Path) -> str | None:
    """Return the session to name: the one whose film is finished, or was before the first step."""
    if state.log.session_id:
        return state.log.session_id
    for folder in output.glob("sessions/*"):
        facts = read_facts(folder)
        if facts is not None and completed(facts):
            return folder.name
    return None


def _again(output: Path, notes: Path, session_id: str | None) -> str | None:
    """Run the command; return None, or how it failed. Nothing that this process remembers of files counts."""
    files._checksums.clear()
    try:
        with judge.watched(notes), remembered_cut():
            film.make(output, crew(), session_id)
    except Exception:  # whatever ends the run is told
        return traceback.format_exc()
    return None


def _respent(state: State, since: Iterable[Work]) -> float:
    took = {(work.stage, work.index): (work.ended or work.began) - work.began for work in state.begun}
    return sum(took.get((work.stage, work.index), 0.0) for work in since)


def _differing(state: State, folder: Path) -> Iterator[str]:
    now = judge.made(folder)
    for name in sorted(now.keys() | state.log.made.keys()):
        if now.get(name) != state.log.made.get(name):
            yield f"{name}: not as the undisturbed run's"


def _left_over(output: Path, folder: Path) -> Iterator[str]:
    for path in output.glob("sessions/*"):
        if path != folder:
            yield f"{path.name}: left over"


def _named(pieces: Iterable[Piece]) -> tuple[str, ...]:
    return tuple(sorted(f"{stage} {fingerprint[:8]}" for stage, fingerprint in pieces))
