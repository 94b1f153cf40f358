"""The short form of the crash bench's store layer: every fault but power cuts, and that the bench can fail."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from studio.model.receipt import Receipt
from studio.store.piece_store import PieceStore
from tests.crash.crew import crew
from tests.crash.film import make
from tests.crash.store import attempt, cases, run_store
from tests.crash.store_damage import DAMAGES, KINDS, targets
from tests.crash.store_faults import FAULTS, damaged, dies
from tests.crash.store_reference import Reference, asking, reference
from tests.crash.store_room import Room, judged
from tests.crash.trial import Trial

SEED = 3
FEW, SHORT = 12, 44
"""Trials of `make test` and of `make test-all`."""


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[Reference]:
    """An undisturbed run, made once."""
    with reference() as found:
        yield found


@pytest.fixture
def room(undisturbed: Reference, tmp_path: Path) -> Room:
    """An empty room."""
    return Room(tmp_path, undisturbed)


def test_after_a_fault_the_film_is_there() -> None:
    """After a fault the same command ends with the undisturbed run's film, with nothing lost and nothing made again
    without need."""
    assert [trial for trial in run_store(FEW, SEED) if trial.red] == []


@pytest.mark.thorough
def test_no_fault_costs_a_finished_piece() -> None:
    """So it is after every fault, and after every kind of damage to a file."""
    trials = list(run_store(SHORT, SEED))
    assert [trial for trial in trials if trial.red] == []
    plain = {name for name in FAULTS if not name.startswith("a file")}
    files = {f"{name}: {damage}" for name in ("a file", "a file of half a film") for damage in DAMAGES}
    assert {trial.fault for trial in trials} == plain | files
    assert any(trial.remade for trial in trials), "no fault destroyed anything"


@pytest.mark.thorough
def test_a_seed_gives_the_same_trials(undisturbed: Reference, tmp_path: Path) -> None:
    """The same seed strikes in the same places, however many processes share the work."""
    first, again = cases(60, 5, undisturbed), cases(60, 5, undisturbed)
    assert [case.seed for case in first] == [case.seed for case in again]
    for number in (0, 50):
        one, other = (
            attempt(number, each[number], undisturbed=undisturbed, scratch=tmp_path) for each in (first, again)
        )
        assert (one.fault, one.what) == (other.fault, other.what)


def test_a_full_run_strikes_everywhere(undisturbed: Reference) -> None:
    """Of 2,000 trials some die before every operation, in every write, and damage every kind of file in every way."""
    strikes = [case.strike for case in cases(2_000, SEED, undisturbed)]
    asked = [(each.func, each.keywords) for each in strikes if isinstance(each, partial)]
    assert {words["at"] for func, words in asked if func is dies} == set(range(len(undisturbed.operations)))
    pairs = {(words["kind"], words["damage"]) for func, words in asked if func is damaged and "kind" in words}
    assert len(pairs) == (len(KINDS) - 1) * len(DAMAGES)


def test_every_file_of_a_session_can_be_damaged(room: Room) -> None:
    """The kinds of files are all there are: a new kind of file in a session must be damaged as well."""
    folder = room.lay_finished()
    known = {each.name for each in targets(folder)}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == known
    assert {each.kind for each in targets(folder)} == set(KINDS) - {"hidden file"}


def _lose_a_picture(room: Room, folder: Path) -> None:
    (folder / "images" / "shot_003.png").unlink()


def _lose_a_take(room: Room, folder: Path) -> None:
    room.held.add(("images", "0" * 64))


def _change_a_clip(room: Room, folder: Path) -> None:
    path = folder / "videos" / "shot_002.mp4"
    receipt = json.loads(path.with_suffix(".json").read_bytes())
    receipt["prompt"] = "another"
    del receipt["check"]
    path.with_suffix(".json").write_bytes(Receipt.model_validate(receipt).sealed().model_dump_json().encode())


def _leave_a_folder(room: Room, folder: Path) -> None:
    (folder.parent / ".left.part").mkdir()


def _begin_another(room: Room, folder: Path) -> None:
    make(room.output, crew())


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("spoil", "red"),
    [
        (_lose_a_picture, "again"),
        (_lose_a_take, "lost"),
        (_change_a_clip, "wrong"),
        (_leave_a_folder, "wrong"),
        (_begin_another, "wrong"),
    ],
)
def test_a_trial_is_red_where_it_must_be(room: Room, spoil: Callable[[Room, Path], None], red: str) -> None:
    """A finished piece made again, a piece that is gone, a file that differs, debris, a film nobody asked for: red."""
    folder = room.lay_finished()
    room.held = room.all_held()
    spoil(room, folder)
    with asking():
        trial = judged(room, "spoiled", spoil.__name__)
    assert trial.finished
    assert trial.red
    assert getattr(trial, red) != ()


@pytest.mark.thorough
def test_a_fault_that_stops_every_run_is_red(room: Room) -> None:
    """A session that does not go on in three runs is not finished."""
    (room.lay_finished() / "story.json").write_text('{"title": "A slip"}', "utf-8")
    trial = judged(room, "spoiled", "a plan that does not read")
    assert (trial.finished, trial.runs, trial.red) == (False, 3, True)
    assert "BrokenPlan" in trial.wrong[0]


@pytest.mark.thorough
def test_without_adoption_the_bench_is_red(
    undisturbed: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With adoption off, a death between a receipt and its record makes a finished piece again, and is red."""
    monkeypatch.setattr(PieceStore, "adopt", lambda store, order: None)
    places = range(undisturbed.born + 60, len(undisturbed.operations), 5)
    assert any(_dies(undisturbed, tmp_path / str(at), at).again for at in places)


def _dies(undisturbed: Reference, base: Path, at: int) -> Trial:
    base.mkdir()
    return dies(Room(base, undisturbed), random.Random(at), at)
