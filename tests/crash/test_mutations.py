"""The bench can fail: whatever is taken away of what keeps a film safe, some power cut is red.

Each mutation stands in for a mistake in the program. A flush that may be left out without a red state would be
needless, and fails its test.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

import studio.session
from studio import files, pieces
from tests.crash.powercut import cuts, state_of, try_state
from tests.crash.record import Log, Recorder, recorded
from tests.crash.trial import Trial


def _flushes() -> list[int]:
    """Return the lines of `studio/files.py` where something is flushed."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(files))) if isinstance(node, ast.Call))
    return sorted(
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("fsync", "fsync_folder")
    )


def _function_at(line: int) -> str:
    """Return the function of `studio/files.py` that holds the line."""
    for node in ast.parse(inspect.getsource(files)).body:
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno):
            return node.name
    return ""


def _without(line: int) -> type[Recorder]:
    """Return a recorder that leaves out the flush of that line."""

    def left_out() -> bool:
        caller = sys._getframe(2)
        return caller.f_code.co_filename == files.__file__ and caller.f_lineno == line

    class Without(Recorder):
        def fsync(self, file: BinaryIO) -> None:
            if not left_out():
                super().fsync(file)

        def fsync_folder(self, folder: Path) -> None:
            if not left_out():
                super().fsync_folder(folder)

    return Without


class PlainWrites(Recorder):
    """A recorder that writes the bytes to the new name, and then removes the old one."""

    def rename(self, source: Path, target: Path) -> None:
        if source.is_dir():
            super().rename(source, target)
            return
        self.copy(source, target)
        self.unlink(source)


def _film(scratch: Path, kind: type[Recorder] = Recorder) -> Log:
    output = scratch / "film"
    output.mkdir()
    return recorded("film", output, kind=kind)


def _first_red(log: Log, scratch: Path, kinds: tuple[str, ...] = ("held",), stage: str = "") -> Trial | None:
    """Return the first red trial, or None, of the barest and the fullest disks right after steps of these kinds.

    Args:
        stage: where the search begins: after the first work of this stage, or at the first step.
    """
    begun = not stage
    for cut, machine in cuts(log):
        step = log.steps[cut - 1] if cut else None
        begun = begun or (step is not None and step.work is not None and step.work.stage == stage)
        if not begun or step is None or step.kind not in kinds:
            continue
        full = machine.disk([True] * len(machine.pending))
        for disk in (*itertools.islice(machine.disks(), 2), full):
            trial = try_state(state_of(log, cut, disk), scratch / "trial")
            if trial.red:
                return trial
    return None


@pytest.mark.parametrize("line", _flushes(), ids=[f"{_function_at(line)}-{line}" for line in _flushes()])
def test_without_a_flush_some_power_cut_loses_a_piece(line: int, tmp_path: Path) -> None:
    """Every single flush in `studio/files.py` is needed: leave it out, and what was finished is lost."""
    red = _first_red(_film(tmp_path, _without(line)), tmp_path)
    assert red is not None
    assert red.lost or red.again


def test_plain_writes_instead_of_renames_are_red(tmp_path: Path) -> None:
    """A file that is written under its own name may be torn there."""
    red = _first_red(_film(tmp_path, PlainWrites), tmp_path)
    assert red is not None
    assert red.lost


def test_receipts_before_artefacts_are_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt that is published before its artefact takes away the proof of the finished bytes."""
    swapped = _with_swapped(pieces.Shelf._publish, "files.place(out, path)", "files.place(staged, place)")
    monkeypatch.setattr(pieces.Shelf, "_publish", swapped)
    red = _first_red(_film(tmp_path), tmp_path, ("rename", "fsync_folder"), "images")
    assert red is not None
    assert red.lost


def _with_swapped(function: Callable[..., Any], one: str, other: str) -> Callable[..., Any]:
    """Return the function with two of its statements in each other's place."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(one) == source.count(other) == 1
    swapped = source.replace(one, "<>").replace(other, one).replace("<>", other)
    names: dict[str, Any] = dict(vars(pieces))
    exec(swapped, names)
    mutated: Callable[..., Any] = names[function.__name__]
    return mutated


def test_without_adoption_pieces_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look before making, lost records cost every piece."""
    log = _film(tmp_path)
    monkeypatch.setattr(pieces.Shelf, "adopt", lambda shelf, order: None)
    red = _first_red(log, tmp_path)
    assert red is not None
    assert red.again


def test_without_recovery_debris_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without recovery at the opening, what a crash interrupted stays unfinished."""
    log = _film(tmp_path)
    monkeypatch.setattr(studio.session, "recover", lambda shelf: None)
    assert _first_red(log, tmp_path, ("fsync",), "narration") is not None


def test_the_undisturbed_program_is_green_where_the_mutations_are_red(tmp_path: Path) -> None:
    """Where the mutated programs fail, the program itself does not: it is the mutation that is seen."""
    log = _film(tmp_path)
    assert _first_red(_until(log, "narration"), tmp_path) is None


def _until(log: Log, stage: str) -> Log:
    first = next(n for n, step in enumerate(log.steps) if step.work is not None and step.work.stage == stage)
    return replace(log, steps=log.steps[:first])
