"""The short form of the crash bench's engine layer: the real flow on the tests' server, killed and run again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.crash.engine import SHARES, Order, carry_out, orders, readiness
from tests.crash.engine_trial import FAULTS, EngineTrial, Fault

SEED = 1
SHORT: dict[Fault, tuple[int, ...]] = {
    "kill -9, command without a server": (0, 1),
    "kill -9, twice": (0, 1, 2),
    "kill -9, its group": (0,),
    # The opened session, a clip in work.
    "kill -9, at a boundary": (0, 25),
    "kill -9, flow": (0,),
}
"""The trials of the short form, by their numbers: ten kills of the flow and two of the command; two in one film cost
three runs, not four."""


@pytest.fixture(scope="module")
def trials(server: str, tmp_path_factory: pytest.TempPathFactory) -> list[EngineTrial]:
    """The trials of the short form, carried out once."""
    from prefect.settings import PREFECT_SERVER_DATABASE_CONNECTION_URL

    address = PREFECT_SERVER_DATABASE_CONNECTION_URL.value()
    assert address is not None
    database = Path(str(getattr(address, "get_secret_value", lambda: address)()).partition("///")[2])
    wanted = [Order(fault, SEED, number) for fault, numbers in SHORT.items() for number in numbers]
    return list(carry_out(wanted, tmp_path_factory.mktemp("crash"), server, database))


@pytest.mark.thorough
def test_no_kill_costs_a_finished_piece(trials: list[EngineTrial]) -> None:
    """Killed anywhere, once or twice, alone or with its group: the same command finishes the film that an undisturbed
    run makes, and makes no finished piece again."""
    assert [trial for trial in trials if trial.red] == []
    assert Counter(trial.fault for trial in trials) == {fault: len(numbers) for fault, numbers in SHORT.items()}


@pytest.mark.thorough
def test_one_more_run_is_enough(trials: list[EngineTrial]) -> None:
    """A killed run needs one more, not two: nothing that a kill leaves stops the next run."""
    assert {trial.runs for trial in trials} == {1}


@pytest.mark.thorough
def test_what_was_made_again_was_in_flight(trials: list[EngineTrial]) -> None:
    """At most what six hands can hold is made again after a kill: a voice, two painters, two animators, one plan."""
    assert all(len(trial.remade) <= 6 * trial.what.count("s after the session") + 6 for trial in trials)
    assert any(trial.remade for trial in trials), "no kill landed inside work"


@pytest.mark.thorough
def test_work_goes_on_at_once(trials: list[EngineTrial]) -> None:
    """How long a resumed run takes from its engine to its first work is measured in each form."""
    said = readiness(trials)
    assert "flow: median" in said
    assert "command: median" in said


def test_the_mix_of_a_full_run() -> None:
    """Every fault is struck, every boundary too, and a seed gives the same orders again."""
    counts = Counter(order.fault for order in orders(300, 7))
    assert sum(counts.values()) == 300
    assert set(counts) == set(FAULTS) == set(SHARES)
    assert counts["kill -9, at a boundary"] >= 45
    assert min(counts["kill -9, worker and flow"], counts["kill -9, server"]) >= 5
    assert counts["kill -9, command without a server"] >= 10
    assert orders(300, 7) == orders(300, 7)
