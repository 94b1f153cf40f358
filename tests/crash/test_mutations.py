"""The bench can fail: whatever is taken away of what keeps a film safe, some power cut is red.

Each mutation stands in for a mistake in the program. A flush that may be left out without a red state would be
needless, and fails its test. A flush changes nothing that a running program sees, so a program without it leaves the
same log without it: one recorded run serves for all of them.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import shutil
import textwrap
from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.fs import files
from studio.store import folder_store, piece_store
from tests.crash.powercut import edit, try_state
from tests.crash.powercut_states import State, cuts, state_of
from tests.crash.record import Recorder, recorded, session_in
from tests.crash.steps import Log
from tests.crash.trial import Trial

pytestmark = pytest.mark.thorough

PATIENCE = 60
"""States tried before a mutation counts as harmless."""


PACKING = ("write_blocks", "flush_folder")
"""Functions that only packing and unpacking of a session use (tests/studio/archive): no film and no edit calls them."""

SHARING = ("place_first",)
"""Functions that only what is shared with other machines uses (tests/cluster): no film and no edit calls them."""


def _flushes() -> list[int]:
    """Return the lines of `studio/fs/files.py` where something is flushed."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(files))) if isinstance(node, ast.Call))
    return sorted(
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("fsync", "fsync_folder")
        and _function_at(call.lineno) not in (*PACKING, *SHARING)
    )


def _function_at(line: int) -> str:
    """Return the function of `studio/fs/files.py` that holds the line."""
    for node in ast.parse(inspect.getsource(files)).body:
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno):
            return node.name
    return ""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Log]:
    """Return the output folder of a film, and its log."""
    output = tmp_path_factory.mktemp("film") / "output"
    output.mkdir()
    return output, recorded("film", output)


@pytest.fixture(scope="module")
def made(finished: tuple[Path, Log]) -> Log:
    """Return the log of a film."""
    return finished[1]


def _edited(output: Path, scratch: Path) -> Log:
    folder = shutil.copytree(output, scratch / "edited")
    edit(session_in(folder))
    return recorded("edit", folder, session_in(folder).name, cut=False)


@pytest.fixture(scope="module")
def edited(finished: tuple[Path, Log], tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Return the log of an edit of the film."""
    return _edited(finished[0], tmp_path_factory.mktemp("edit"))


def _without(log: Log, line: int) -> Log:
    """Return the log of a program that lacks the flush of that line."""
    return replace(log, steps=tuple(step for step in log.steps if step.line != line))


def _places(log: Log, kinds: Container[str], most: int, first: int = 0) -> Iterator[State]:
    """Yield the barest disks, and the fullest, right after each step of these kinds, from a step on."""
    for cut, machine in cuts(log):
        if cut and cut >= first and log.steps[cut - 1].kind in kinds:
            full = machine.disk([True] * len(machine.pending))
            for disk in (*itertools.islice(machine.disks(), most), full):
                yield state_of(log, cut, disk)


def _first_red(states: Iterator[State], scratch: Path) -> Trial | None:
    """Return the first red trial of these states, or None where there is none among the first of them."""
    trials = (try_state(state, scratch / "trial") for state in itertools.islice(states, PATIENCE))
    return next((trial for trial in trials if trial.red), None)


@pytest.mark.parametrize("line", _flushes(), ids=[f"{_function_at(line)}-{line}" for line in _flushes()])
def test_without_a_flush_some_power_cut_is_red(line: int, made: Log, edited: Log, tmp_path: Path) -> None:
    """Every single flush in `studio/fs/files.py` is needed: leave it out, and a cut loses a piece or leaves debris."""
    log = made if any(step.line == line for step in made.steps) else edited
    asked = [n for n, step in enumerate(log.steps) if step.line == line]
    # A plan is held by its receipt, too, so the search begins with what is not; what is removed, the edit removes.
    first = next((n for n in asked if n > _first_work(log, "narration")), asked[0])
    kind, most = ("held", 1) if log is made else ("unlink", 4)
    assert _first_red(_places(_without(log, line), {kind}, most, first), tmp_path) is not None


class PlainWrites(Recorder):
    """A recorder that writes the bytes to the new name, and then removes the old one."""

    def rename(self, source: Path, target: Path) -> None:
        if source.is_dir():
            super().rename(source, target)
            return
        self.copy(source, target)
        self.unlink(source)


def test_plain_writes_instead_of_renames_are_red(made: Log, tmp_path: Path) -> None:
    """A file that is written under its own name may be torn there."""
    (output := tmp_path / "film").mkdir()
    log = recorded("film", output, kind=PlainWrites, cut=False)
    red = _first_red(_places(log, {"held"}, 1), tmp_path)
    assert red is not None
    assert red.lost


def _written_in_place(path: Path, content: bytes) -> None:
    files.make_folder(path.parent)
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        files._disk.fsync(file)
    files._disk.fsync_folder(path.parent)


def test_receipts_that_are_written_in_place_are_red(
    finished: tuple[Path, Log], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receipt that is overwritten, without a hidden file and a rename, may be torn though it was whole before."""
    monkeypatch.setattr(files, "write_whole", _written_in_place)
    log = _edited(finished[0], tmp_path)
    monkeypatch.undo()
    overwritten = (n for n, step in enumerate(log.steps, start=1) if step.path.endswith("receipts/shots.json"))
    red = _first_red(_places(log, {"content"}, 4, next(overwritten)), tmp_path)
    assert red is not None
    assert red.lost


def test_receipts_before_artefacts_are_red(made: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt that is published before its artefact takes away the proof of the finished bytes."""
    swapped = _with_swapped(
        piece_store.PieceStore._put, "files.place(out, path)", "files.place(staged_path(place), place)"
    )
    monkeypatch.setattr(piece_store.PieceStore, "_put", swapped)
    (output := tmp_path / "film").mkdir()
    log = recorded("film", output, cut=False)
    monkeypatch.undo()
    staged = next(n for n, step in enumerate(log.steps) if step.piece[0] == "images")
    red = _first_red(_places(log, {"rename", "fsync_folder"}, 1, staged), tmp_path)
    assert red is not None
    assert red.lost


def _first_work(log: Log, stage: str) -> int:
    return next(n for n, step in enumerate(log.steps) if step.work is not None and step.work.stage == stage)


def _with_swapped(function: Callable[..., Any], one: str, other: str) -> Callable[..., Any]:
    """Return the function with two of its statements in each other's place."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(one) == source.count(other) == 1
    swapped = source.replace(one, "<>").replace(other, one).replace("<>", other)
    names: dict[str, Any] = dict(vars(piece_store))
    exec(swapped, names)
    mutated: Callable[..., Any] = names[function.__name__]
    return mutated


def test_without_adoption_pieces_are_made_again(made: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look before making, lost records cost every piece."""
    monkeypatch.setattr(piece_store.PieceStore, "adopt", lambda store, order: None)
    red = _first_red(_places(made, {"held"}, 1), tmp_path)
    assert red is not None
    assert red.again


def test_without_recovery_debris_stays(made: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without recovery at the opening, what a crash interrupted stays unfinished."""
    monkeypatch.setattr(folder_store, "recover", lambda store: None)
    assert _first_red(_places(made, {"fsync"}, 2, _first_work(made, "narration")), tmp_path) is not None


def test_the_undisturbed_program_is_green_where_the_mutations_are_red(made: Log, edited: Log, tmp_path: Path) -> None:
    """Where the mutated programs fail, the program itself does not: it is the mutation that is seen."""
    published = itertools.islice(_places(made, {"held"}, 1, _first_work(made, "narration")), 5)
    removed = itertools.islice(_places(edited, {"unlink"}, 4), 5)
    assert _first_red(itertools.chain(published, removed), tmp_path) is None
