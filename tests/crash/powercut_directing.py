"""Power cuts while a film is directed: after every operation of a command, and of the run that makes further takes.

After the cut the session is opened by a run. The change is made then, whole, or not at all: and then the command is
given again. What comes of it is what an undisturbed command makes, and no take and nothing of a person's is lost.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from studio.directing import edits
from studio.directing.director import undo
from studio.directing.edits import Redo
from studio.errors import FilmError
from studio.fs import checksums
from studio.store.journal import LOST, read_journal
from tests.crash import film, judge
from tests.crash.crew import crew, remembered_cut
from tests.crash.powercut import again, differing, held, left_over, named, paint_by_hand
from tests.crash.powercut_states import State, build, some_states, states
from tests.crash.record import recorded, session_in
from tests.crash.steps import Log
from tests.crash.store_reference import scratch_root
from tests.crash.trial import Trial, pooled
from tests.crash.verbs import NOW, Verb, do, texts_of


@dataclass(frozen=True)
class Directing:
    """A command whose cuts are tried: its log, the command, the plans before and after it, what a person had put there.

    Of the run that makes further takes there is no command.
    """

    log: Log
    verb: Verb | None
    before: tuple[bytes, bytes]
    after: tuple[bytes, bytes]
    of_hand: frozenset[str]
    """The SHA-256 of a person's files."""
    painted: int
    """Pictures that the undisturbed run after the command paints."""


def write_by_hand(folder: Path) -> None:
    """Change a line of the plan with an editor."""
    path = folder / "shots.json"
    path.write_text(path.read_text("utf-8").replace('"camera": "', '"camera": "slowly, ', 1), "utf-8")


def redo_two(folder: Path) -> None:
    """Ask for two takes of two pictures."""
    do(folder, edits.redo(Redo(takes=2), {2, 4}), "redo the image of shots 2, 4")


def move_one(folder: Path) -> None:
    """Move the last shot to the second place."""
    do(folder, edits.move({5}, 2), "move shot 5 to 2")


def undo_one(folder: Path) -> None:
    """Undo the last change."""
    undo(folder, 1, NOW, lambda line: None)


def directings(output: Path, scratch: Path) -> Iterator[Directing]:
    """Record the commands on copies of the finished film in `output`, below `scratch`.

    A redo while a person's picture that no run has seen is in a place; the run after it; its undoing, again with such
    a picture; and a move right after an edit by hand.
    """

    def copied(name: str) -> Path:
        return shutil.copytree(output, scratch / name)

    first = copied("redo")
    paint_by_hand(session_in(first))
    mine = checksums.sha256_of(session_in(first) / "images/shot_002.png")
    yield _directing("redo", first, redo_two, frozenset({mine}))
    taking = copied("takes")
    redo_two(session_in(taking))
    yield _taking(taking)
    undoing = scratch / "undo"
    shutil.copytree(taking, undoing)
    paint_by_hand(session_in(undoing))
    yield _directing("undo", undoing, undo_one, frozenset({mine}))
    moving = copied("move")
    write_by_hand(session_in(moving))
    yield _directing("move", moving, move_one, frozenset())


def _directing(name: str, output: Path, verb: Verb, of_hand: frozenset[str]) -> Directing:
    folder = session_in(output)
    before = texts_of(folder)
    log = recorded(f"directing, {name}", output, folder.name, act=lambda: verb(folder))
    after, painted = texts_of(folder), _finish(output, folder)
    return Directing(replace(log, made=judge.made(folder)), verb, before, after, of_hand, painted)


def _taking(output: Path) -> Directing:
    """Record the run that makes the takes; only cuts while further ones are kept are tried."""
    folder = session_in(output)
    texts = texts_of(folder)
    log = recorded("directing, further takes", output, folder.name, cut=False)
    kept = [n for n, step in enumerate(log.steps, start=1) if "takes/images/" in step.target]
    cuts = frozenset(range(kept[0] - 8, kept[-1] + 4))
    return Directing(replace(log, cuts=cuts), None, texts, texts, frozenset(), 0)


def _finish(output: Path, folder: Path) -> int:
    painted: list[str] = []
    with remembered_cut():
        film.make(output, crew(lambda kind, what: painted.append(what) if kind == "image" else None), folder.name)
    return len(painted)


def try_directing(directing: Directing, state: State, scratch: Path) -> Trial:
    """Rebuild the state below `scratch`, open the session by a run, direct again where nothing was made, and judge."""
    output, paint = scratch / "output", scratch / "painted"
    output.mkdir(parents=True)
    fault, what = f"power cut, {state.log.name}", str(state)
    try:
        build(state, output)
        folder, before = session_in(output), held(output)
        lost = state.held - before
        wrong: list[str] = []
        needless: list[str] = []
        for run in (1, 2):
            known, notes = held(output), scratch / f"notes-{run}"
            if (failure := again(output, notes, folder.name, paint)) is not None:
                return Trial(fault, what, False, run, named(lost), wrong=(failure,))
            needless += judge.again(folder, known, judge.works(notes))
            if run == 2 or directing.verb is None or texts_of(folder) != directing.before:
                break
            try:
                directing.verb(folder)
            except FilmError as error:
                wrong.append(f"it cannot be given again: {error}")
        if texts_of(folder) != directing.after:
            wrong.append("the change is made in part")
        entries = read_journal(folder)
        if [each.number for each in entries] != [*range(1, len(entries) + 1)] or any(e.verb == LOST for e in entries):
            wrong.append("the journal is not whole")
        there = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}
        wrong += [f"a person's file is gone: {each[:8]}" for each in directing.of_hand - there]
        painted = len(paint.read_text("utf-8").splitlines()) if paint.exists() else 0
        if directing.verb is not None and painted != directing.painted:
            wrong.append(f"{painted} pictures painted, not {directing.painted}")
        return Trial(
            fault,
            what,
            True,
            run,
            lost=named(lost | (before - held(output))),
            again=tuple(needless),
            wrong=(*wrong, *judge.faults(folder), *differing(state, folder), *left_over(output, folder)),
        )
    finally:
        shutil.rmtree(scratch)


def some_directings(found: list[Directing], count: int, seed: int) -> list[tuple[Directing, State]]:
    """Return `count` states, spread evenly over all cuts of all commands."""
    of = {each.log.name: each for each in found}
    return [(of[state.log.name], state) for state in some_states([each.log for each in found], count, seed)]


def run_directing(jobs: int = 1, seed: int = 1, count: int | None = None) -> Iterator[Trial]:
    """Yield a trial of every state that a cut while directing may leave, or of `count`; `jobs` at a time."""
    with tempfile.TemporaryDirectory(prefix="directing-", dir=scratch_root()) as scratch:
        (output := Path(scratch) / "film").mkdir()
        with remembered_cut():
            film.make(output, crew())
        found = list(directings(output, Path(scratch) / "runs"))
        if count is None:
            every = [(each, state) for each in found for state in states(each.log)]
        else:
            every = some_directings(found, count, seed)
        yield from pooled(every, lambda number, case: try_directing(*case, Path(scratch) / str(number)), jobs)
