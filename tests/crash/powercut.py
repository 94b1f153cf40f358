"""Power cuts: the runs that are recorded, and a trial of each state that a cut may leave of them.

The states are those of `tests/crash/powercut_states.py`. The runs are a film and what comes after one (`logs`), and the
opening of what a cut has left, for a second cut while the first one's debris is cleaned up (`recovering`).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from PIL import Image

from studio.fs import checksums
from studio.model.film import Stage
from studio.status.snapshot import read_snapshot
from studio.status.state import completed
from tests.crash import film, judge
from tests.crash.crew import crew, remembered_cut
from tests.crash.judge import Piece, Work
from tests.crash.powercut_states import State, build, cuts, recorded_by, some_states, state_of, states
from tests.crash.record import recorded, session_in
from tests.crash.steps import Log, Step
from tests.crash.store_reference import scratch_root
from tests.crash.trial import Trial, pooled


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


def paint_by_hand(folder: Path) -> None:
    """Put a person's picture in the place of the second one of a finished film."""
    _paint(folder / "images/shot_002.png", (256, 144))


def _paint(path: Path, size: tuple[int, int]) -> None:
    with open(path, "wb") as file:
        Image.new("RGB", size, (9, 99, 9)).save(file, "PNG")


def lay_foreign(folder: Path) -> None:
    """Lay out a session as another program leaves it: two scenes, two shots, their pictures and a clip."""
    for name in ("images", "videos"):
        (folder / name).mkdir(parents=True)
    scenes = [{"location": place, "narration": f"Morning on {place}."} for place in ("a quay", "a street")]
    shots = [{"index": n, "image_prompt": f"a harbour, shot {n}", "camera": "dolly"} for n in (1, 2)]
    meta = {"session_id": folder.name, "idea": "A harbour wakes", "completed": False}
    for name, value in (
        (f"{folder.name}_meta", meta),
        ("story", {"title": "Harbour", "scenes": scenes}),
        ("shots", shots),
    ):
        (folder / f"{name}.json").write_text(json.dumps(value), "utf-8")
    for n in (1, 2):
        _paint(folder / f"images/shot_00{n}_001.png", (64, 36))
    (folder / "videos/shot_001.mp4").write_bytes(b"a clip")


def logs(scratch: Path) -> list[Log]:
    """Record the bench's runs in the empty folder `scratch`.

    A film; an edit of it, with links and with copies; a picture by hand in it; and the adoption of another program's
    session. Of the edit on a disk without links only the cuts are tried where the two differ: while a copy is being
    made; once flushed, it differs from a link by nothing but its inode. Of the adoption those until the session is
    ours: what follows is a film like any other.
    """
    output = scratch / "film"
    output.mkdir(parents=True)
    found = [recorded("film", output)]
    for name, change, links in (
        ("edit", edit, True),
        ("edit without links", edit, False),
        ("picture by hand", paint_by_hand, True),
    ):
        changed = shutil.copytree(output, scratch / name.replace(" ", "-"))
        change(session_in(changed))
        log = recorded(name, changed, session_in(changed).name, links, cut=name == "edit")
        found.append(log if links else replace(log, cuts=frozenset(_copying(log))))
    lay_foreign(foreign := scratch / "foreign" / "sessions" / session_in(output).name)
    log = recorded("foreign session", scratch / "foreign", foreign.name, cut=False)
    return [*found, replace(log, cuts=_until_opened(log))]


def _copying(log: Log) -> Iterator[int]:
    """Yield the cuts from the beginning of a copy of a piece until its name is flushed."""
    copying = False
    for cut, step in enumerate(log.steps, start=1):
        if "/takes/" in step.path and not step.path.endswith(".json") and ".json." not in step.path:
            copying = step.kind != "fsync_folder"
            yield cut
        elif copying:
            yield cut


RECOVERED: dict[str, tuple[Stage, ...]] = {
    "film": ("story", "shots", "images", "videos", "film"),
    "edit": ("narration", "images", "videos", "film"),
}
"""The publications after whose cut a second cut, while the session is opened again, is tried: by run, stages."""


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
            yield replace(again, made=log.made, cuts=_until_opened(again), on=f"{log.name}, {state}")


def _until_opened(log: Log) -> frozenset[int]:
    """Return the cuts until the run's card is published and its name flushed: the session is open from then on."""
    return frozenset(range(next(n for n, step in enumerate(log.steps, start=1) if _publishes_card(step)) + 2))


def _publishes_card(step: Step) -> bool:
    return step.kind == "rename" and PurePosixPath(step.target).parent.name == "runs"


def _first_cuts(log: Log) -> Iterator[State]:
    staged: dict[Piece, list[int]] = {}
    chosen: set[int] = set()
    for cut, step in enumerate(log.steps, start=1):
        if step.kind == "held" and step.line and step.piece[0] in RECOVERED.get(log.name, ()):
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


def try_state(state: State, scratch: Path) -> Trial:
    """Rebuild the state below `scratch`, run the command again, and judge; nothing is left there."""
    output, notes = scratch / "output", scratch / "notes"
    output.mkdir(parents=True)
    try:
        build(state, output)
        before = held(output)
        lost = state.held - before
        asked = to_resume(state, output)
        failures: list[str] = []
        while len(failures) < 3 and (failure := again(output, notes, asked)) is not None:
            failures.append(failure)
        finished = len(failures) < 3
        fault, what = f"power cut, {state.log.name}", str(state)
        if not finished:
            return Trial(fault, what, finished, 3, named(lost), wrong=tuple(failures[-1:]))
        since, folder = judge.works(notes), session_in(output)
        needless = judge.again(folder, before, since)
        begun = {(work.stage, work.index) for work in state.begun}
        names = [f"{work.stage} {work.index}" for work in since if (work.stage, work.index) in begun]
        return Trial(
            fault,
            what,
            finished,
            len(failures) + 1,
            lost=named(lost | (before - held(output))),
            again=tuple(needless),
            remade=tuple(name for name in names if name not in needless),
            respent_seconds=_respent(state, since),
            wrong=(*judge.faults(folder), *differing(state, folder), *left_over(output, folder)),
        )
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


def held(output: Path) -> set[Piece]:
    """Return every finished piece that the sessions in the output folder prove whole."""
    return {piece for folder in output.glob("sessions/*") for piece in judge.held(folder)}


def to_resume(state: State, output: Path) -> str | None:
    """Return the session to name: the one whose film is finished, or was before the first step."""
    if state.log.session_id:
        return state.log.session_id
    for folder in output.glob("sessions/*"):
        facts = read_snapshot(folder)
        if facts is not None and completed(facts):
            return folder.name
    return None


def again(output: Path, notes: Path, session_id: str | None, painted: Path | None = None) -> str | None:
    """Run the command; return None, or how it failed. Nothing that this process remembers of files counts.

    Args:
        painted: a file that gets a line for every picture that is painted.
    """
    checksums._known.clear()

    def hook(kind: str, what: str) -> None:
        if painted is not None and kind == "image":
            with open(painted, "a", encoding="utf-8") as file:
                file.write(what.replace("\n", " ") + "\n")

    try:
        with judge.watched(notes), remembered_cut():
            film.make(output, crew(hook), session_id)
    except Exception:  # whatever ends the run is told
        return traceback.format_exc()
    return None


def _respent(state: State, since: Iterable[Work]) -> float:
    took = {(work.stage, work.index): (work.ended or work.began) - work.began for work in state.begun}
    return sum(took.get((work.stage, work.index), 0.0) for work in since)


def differing(state: State, folder: Path) -> Iterator[str]:
    """Yield the files that are not as the undisturbed run made them."""
    now = judge.made(folder)
    for name in sorted(now.keys() | state.log.made.keys()):
        if now.get(name) != state.log.made.get(name):
            yield f"{name}: not as the undisturbed run's"


def left_over(output: Path, folder: Path) -> Iterator[str]:
    """Yield what lies beside the session."""
    for path in output.glob("sessions/*"):
        if path != folder:
            yield f"{path.name}: left over"


def named(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """Return the pieces in words."""
    return tuple(sorted(f"{stage} {fingerprint[:8]}" for stage, fingerprint in pieces))
