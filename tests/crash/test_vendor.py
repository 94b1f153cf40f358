"""The short form of the crash bench's vendor layer, and that it can fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.billing import desk, ledger
from studio.model.paid import VendorError
from tests.crash.vendor import AT_THE_ANSWER, FAULTS, KILLS, Undisturbed, attempt, cases, money, vendor
from tests.crash.vendor_run import WORDS, Strike, in_a_process
from tests.crash.vendor_trial import Case, VendorTrial
from tests.support.sampled import sampled
from tests.support.vendors.metering import Fault, Meter

SEED = 4
SHORT = (6, 16)
"""Trials of `make test` and of `make test-all`."""

House = tuple[list[Meter], Undisturbed, Path]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A vendor, the undisturbed run, and room for trials."""
    with vendor() as found:
        yield found


@pytest.fixture
def play(house: House, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], VendorTrial]:
    """Play one trial, its name drawn so that the vendor has not heard it yet."""

    def one(case: Case) -> VendorTrial:
        meters, undisturbed, _ = house
        number = next(_numbers)
        trial = attempt(number, case, meters=meters, undisturbed=undisturbed, scratch=tmp_path_factory.mktemp("trials"))
        assert isinstance(trial, VendorTrial)
        return trial

    return one


_numbers = iter(range(10**9))


@sampled("count", SHORT)
def test_nothing_is_billed_twice(house: House, play: Callable[[Case], VendorTrial], count: int) -> None:
    """After every fault of the vendor, with and without a kill: bills are one a piece, and one for every bad or lost
    answer and every paid artefact that was destroyed; each has its line in the ledger, right to the cent."""
    trials = [play(case) for case in cases(count, SEED, house[1])]
    assert [trial for trial in trials if trial.red] == []
    if count == max(SHORT):
        assert any(trial.ambiguous for trial in trials)
        assert any(trial.bad for trial in trials)
    assert "billed twice: 0" in money(trials)


@pytest.mark.thorough
def test_a_full_run_strikes_everywhere(house: House) -> None:
    """Of 1,000 trials every fault meets every kind of piece with and without a kill, every kill and every operation in
    `calls/` is struck; a seed gives the same trials again."""
    drawn = cases(1_000, SEED, house[1])
    assert drawn == cases(1_000, SEED, house[1])
    named = Counter(case.fault for case in drawn)
    assert {name for fault in FAULTS for name in (fault, f"{fault}, killed")} <= named.keys()
    assert {f"killed: {kill}" for kill in KILLS} <= named.keys()
    books = {case.strike.operation for case in drawn if case.fault in ("killed: in the books",)}
    assert set(range(len(house[1].operations))) <= books
    places = {case.strike.faults[0].words for case in drawn if case.strike.faults}
    assert places == set(WORDS.values())


@pytest.mark.thorough
@pytest.mark.parametrize("kill", KILLS)
def test_every_kill_kills(house: House, tmp_path: Path, kill: Any) -> None:
    """No moment at which a run is to be killed has moved away from under the bench."""
    (tmp_path / "output").mkdir()
    name, strike = f"killed-{next(_numbers)}", Strike(kill=kill, at=("images", 2), operation=3)
    assert in_a_process(tmp_path / "output", house[0][0], name, "Stability", strike, pay_again=False).how == "killed"


def _half_a_picture(kill: Any = "") -> Case:
    place = ("images", 2)
    strike = Strike((Fault("half a picture", WORDS[place]),), kill=kill, at=place)
    return Case("half a picture", "Stability", strike, seed="red")


@pytest.mark.thorough
@pytest.mark.parametrize("kill", AT_THE_ANSWER)
def test_a_bad_answer_whose_run_dies_is_in_the_books(play: Callable[[Case], VendorTrial], kill: Any) -> None:
    """Killed before, while or after a bad answer is booked: the next run books it, and asks once more at the most."""
    trial = play(_half_a_picture(kill))
    assert not trial.red, trial
    assert (trial.bills, trial.bad + trial.ambiguous) == (10, 1)


def _forget_answers(monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(ledger.Ledger, "held", lambda *_: None)
    return Case("x", "Stability", Strike(), damage="the piece", damaged=("images", 1), seed="red")


def _ask_again_unasked(monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(desk.Desk, "_agreed", lambda self, request: None)
    return Case("x", "Stability", Strike(kill="billed", at=("images", 1)), seed="red")


def _book_bad_answers_for_nothing(monkeypatch: pytest.MonkeyPatch) -> Case:
    plain = ledger.Ledger.spoiled

    def spoiled(self: ledger.Ledger, call: Any, error: VendorError) -> Any:
        return plain(self, call.model_copy(update={"cost_usd": 0.0}), error)

    monkeypatch.setattr(ledger.Ledger, "spoiled", spoiled)
    return _half_a_picture()


def _send_before_booking(monkeypatch: pytest.MonkeyPatch) -> Case:
    plain: Any = ledger.Ledger._book

    def book(self: ledger.Ledger, call: Any) -> None:
        if call.state == "intent":
            self._calls[call.path] = call
        else:
            plain(self, call)

    monkeypatch.setattr(ledger.Ledger, "_book", book)
    return Case("x", "Stability", Strike(kill="billed", at=("images", 1)), seed="red")


def _book_lost_answers_as_failed(monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setitem(desk._STATES, "unknown", "failed")
    return Case("x", "Stability", Strike((Fault("reset after", WORDS["images", 1]),)), True, seed="red")


def _keep_no_answer_first(monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(ledger, "answer_bytes", lambda reply: b"lost")
    return Case("x", "Stability", Strike(kill="booked", at=("images", 1)), seed="red")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "broken",
    [
        _forget_answers,
        _ask_again_unasked,
        _book_bad_answers_for_nothing,
        _send_before_booking,
        _book_lost_answers_as_failed,
        _keep_no_answer_first,
    ],
)
def test_the_layer_can_fail(
    play: Callable[[Case], VendorTrial],
    broken: Callable[[pytest.MonkeyPatch], Case],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each promise broken in the program makes a trial red."""
    assert play(broken(monkeypatch)).red


@pytest.mark.thorough
def test_refused_prompts_and_damage_are_told_apart(play: Callable[[Case], VendorTrial]) -> None:
    """A finished piece whose bytes were changed costs nothing where its answer is held, one price where it is not."""
    for damage, bills in (("the piece", 11), ("its answer", 11), ("the piece and its answer", 12)):
        case = Case("damage", "by the token", Strike(), damage=damage, damaged=("images", 3), seed="1")  # type: ignore[arg-type]
        trial = play(case)
        assert not trial.red, trial
        assert trial.bills == bills, damage
