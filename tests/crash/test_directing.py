"""The short form of the crash bench's trials of directing: power cuts, deaths, damage, and a redo on eight threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.store.session_store import SessionStore
from tests.crash import film
from tests.crash.crew import crew, remembered_cut
from tests.crash.powercut_directing import directings, some_directings, try_directing
from tests.crash.store_damage import targets
from tests.crash.store_directing import (
    KINDS,
    cases,
    directed_reference,
    directed_targets,
    run_directed,
)
from tests.crash.store_reference import reference
from tests.crash.store_threads import run_threads
from tests.crash.trial import Trial

pytestmark = pytest.mark.thorough


def _cut(scratch: Path, count: int) -> list[Trial]:
    (output := scratch / "film").mkdir()
    with remembered_cut():
        film.make(output, crew())
    found = list(directings(output, scratch / "runs"))
    sample = some_directings(found, count, seed=2)
    return [try_directing(*case, scratch / str(number)) for number, case in enumerate(sample)]


def test_after_a_power_cut_a_change_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """Whatever a cut leaves of a redo, a move, an undo or further takes, a change is whole or not there."""
    trials = _cut(tmp_path, 40)
    assert {trial.fault.rpartition(", ")[2] for trial in trials} == {"redo", "further takes", "undo", "move"}
    assert [trial for trial in trials if trial.red] == []


def test_without_the_opening_that_carries_out_a_change_is_made_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bench can fail: if no opening makes what the journal holds, some cut is red."""

    def nothing(store: SessionStore) -> None:
        pass

    monkeypatch.setattr("studio.store.folder_store.carry_out", nothing)
    assert any(trial.red for trial in _cut(tmp_path, 60))


def test_no_fault_of_directing_costs_a_take_or_a_change() -> None:
    """A verb that dies anywhere, a file that is taken in, damage to journal, takes and own files."""
    assert [trial for trial in run_directed(40, 1, 2) if trial.red] == []


def test_every_kind_of_file_of_a_directed_film_is_damaged() -> None:
    """The kinds are all there are, but for earlier texts, scores and films; each is struck in every way."""
    with reference() as plain, directed_reference(plain) as of:
        known = {each.name for each in targets(of.folder)}
        ours = [path for kind in KINDS for path in directed_targets(of.folder, kind)]
        known |= {path.relative_to(of.folder).as_posix() for path in ours}
        there = {path.relative_to(of.folder).as_posix() for path in of.folder.rglob("*") if path.is_file()}
        assert {name.partition("/")[0] for name in there - known} == {"takes"}
        assert all(directed_targets(of.folder, kind) for kind in KINDS)
        kinds = {each.keywords.get("kind") for each in cases(400, 1, of)}  # type: ignore[attr-defined]  # partials
        assert kinds >= set(KINDS)


def test_a_redo_on_eight_threads_loses_no_take() -> None:
    """Killed anywhere and resumed: no take is gone, none that was finished is painted again, each has its receipt."""
    trials = list(run_threads(10, 3, 2))
    assert [trial for trial in trials if trial.red] == []
    assert any(trial.remade for trial in trials), "no kill fell while pictures were painted"
