"""Power cuts: every state that one may leave of a recorded run, enumerated, rebuilt, and resumed.

What a disk may hold is `tests/crash/machine.py`. Prefect's records are written past that disk, in place and without a
flush; with every state they are tried as all there and none there, and the newest one as torn and empty in the first
state after it was written.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from studio import files
from studio.facts import read_facts
from studio.projection import completed
from tests.crash import film, judge
from tests.crash.crew import crew, remembered_cut
from tests.crash.judge import Piece, Work
from tests.crash.machine import Disk, File, Machine
from tests.crash.record import Log, recorded, session_in
from tests.crash.trial import Trial


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
        return f"after step {self.cut} ({after}): {self.disk.what or 'all is there'}; {len(self.records)} records"


def edit(folder: Path) -> None:
    """Edit the plan of a finished film: shots go, one moves to the front of others anew, one is to look otherwise.

    Of five shots the first two go and a new one comes in front: every piece that stays shifts to another number, what
    lay there is displaced, and the fifth number is retired.
    """
    path = folder / "shots.json"
    shots = json.loads(path.read_bytes())[2:]
    shots[0]["image_prompt"] += ", at night"
    shots.insert(0, {"image_prompt": "a lamp in a window", "narration": "One lamp is still lit.", "frames": 24})
    path.write_text(json.dumps(shots, indent=2) + "\n", "utf-8")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))


def logs(scratch: Path) -> list[Log]:
    """Record the bench's runs in the empty folder `scratch`: a whole film, and an edit of it with and without links."""
    output = scratch / "film"
    output.mkdir()
    found = [recorded("film", output)]
    for name, place, links in (("edit", "edit", True), ("edit without links", "copied", False)):
        edited = shutil.copytree(output, scratch / place)
        edit(session_in(edited))
        found.append(recorded(name, edited, session_in(edited).name, links))
    return found


def states(log: Log) -> Iterator[State]:
    """Yield every distinct state that a power cut may leave of the run, each once, in the order of the cuts.

    Where several cuts leave the same disk, the last one counts: most had been finished by then.
    """
    same: dict[File, File] = {}
    found: dict[tuple[tuple[str, ...], tuple[File, ...]], tuple[int, str]] = {}
    for cut, machine in cuts(log):
        for what, folders, lying in machine.disks():
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
    step = max(1, sum(len(log.steps) + 1 for log in logs) // count)
    every = (((log, cut), machine) for log in logs for cut, machine in cuts(log))
    for (log, cut), machine in itertools.islice(every, step // 2, None, step):
        state = state_of(log, cut, machine.any_disk(choose))
        records = recorded_by(log, cut)
        with_records = choose.random() < 0.5 and "sessions" in state.disk.folders
        yield replace(state, records=tuple(records.items())) if with_records else state


def cuts(log: Log) -> Iterator[tuple[int, Machine]]:
    """Yield the one disk before the first step and after each: how many steps were done, and the disk."""
    machine = Machine()
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
        asked = _to_resume(state, output)
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


def _held(output: Path) -> set[Piece]:
    return {piece for folder in output.glob("sessions/*") for piece in judge.held(folder)}


def _to_resume(state: State, output: Path) -> str | None:
    """Return the session to name: the one whose film is finished, or was before the first step."""
    if state.log.session_id:
        return state.log.session_id
    for folder in output.glob("sessions/*"):
        facts = read_facts(folder)
        if facts is not None and completed(facts):
            return folder.name
    return None


def _again(output: Path, notes: Path, session_id: str | None) -> str | None:
    """Run the command in a process of its own; return None, or how it failed."""
    failed = notes.with_name("failed")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            files._checksums.clear()
            with judge.watched(notes), remembered_cut():
                film.make(output, crew(), session_id)
            code = 0
        except BaseException:  # whatever ends the run ends this process, and is told
            failed.write_text(traceback.format_exc())
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status == 0:
        return None
    return failed.read_text() if failed.exists() else f"ended with status {status}"


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
