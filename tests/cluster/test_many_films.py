"""The reckoning of many films: who is given less than it takes up is never behind; who is given more is, for long."""

from __future__ import annotations

import pytest

from tests.bench.many_films import CAPACITIES, COSTS, ceilings, simulate

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("part", COSTS)
def test_a_part_is_behind_beyond_its_ceiling_and_not_below(part: str) -> None:
    """One worker fewer than a part keeps up with leaves nothing waiting; twice as many leave it behind."""
    most = dict(ceilings(42.0))[part]
    _, few = simulate(1000, most - 1, 42.0)
    _, many = simulate(1000, 2 * most, 42.0)
    assert few[part].behind_seconds == 0.0
    assert many[part].behind_seconds > 60.0


def test_as_many_films_cost_as_much_on_more_workers() -> None:
    """Twice the workers take half the time, and the last to be recorded waits the longer for it."""
    slow, before = simulate(2000, 50, 42.0)
    quick, after = simulate(2000, 100, 42.0)
    assert quick == pytest.approx(slow / 2)
    assert after["task states"].behind_seconds > before["task states"].behind_seconds
    assert CAPACITIES["task states"] < after["task states"].wanted
