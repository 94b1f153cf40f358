"""Laws of a run's standing: one that was given up, retried or cancelled meanwhile begins nothing more."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling, Completed, Crashed, Failed, Paused, Pending, Running

from flows.runs.status import FRESH_SECONDS, RunStatus


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _run(state: State | None, run_count: int = 1) -> FlowRun:
    return FlowRun(id=uuid4(), flow_id=uuid4(), state=state, run_count=run_count)


def _standing(clock: Clock, *answers: FlowRun | None) -> tuple[RunStatus, list[float]]:
    asked: list[float] = []
    remaining = iter(answers)

    def ask() -> FlowRun | None:
        asked.append(clock.now)
        return next(remaining)

    return RunStatus(_run(Running()), ask, clock), asked


def test_a_fresh_answer_is_not_asked_for_again() -> None:
    """The server is asked at most once in so many seconds, however much work begins."""
    clock = Clock()
    standing, asked = _standing(clock, _run(Running()), _run(Running()))
    for _ in range(100):
        assert standing.why_stopped() == ""
    assert asked == []
    clock.now += FRESH_SECONDS
    assert [standing.why_stopped() for _ in range(100)] == [""] * 100
    assert asked == [100.0 + FRESH_SECONDS]


@pytest.mark.parametrize("state", [Crashed, Failed, Cancelling, Completed, Paused])
def test_a_run_that_wakes_begins_nothing_more(state: Callable[..., State]) -> None:
    """A process that slept finds its last answer old, asks, and is told what became of its run; that stays so."""
    clock = Clock()
    standing, asked = _standing(clock, _run(state(message="no heartbeat for 90 s")))
    clock.now += 3600
    reason = standing.why_stopped()
    assert state().name in reason
    assert "no heartbeat for 90 s" in reason
    clock.now += 3600
    assert standing.why_stopped() == reason
    assert len(asked) == 1


@pytest.mark.parametrize("state", [Running, Pending])
def test_a_run_that_was_retried_meanwhile_is_another(state: Callable[..., State]) -> None:
    """Running is not enough: where the run was begun once more, it is that one which runs."""
    clock = Clock()
    standing, _ = _standing(clock, _run(state(), run_count=2))
    clock.now += 60
    assert "retried" in standing.why_stopped()


def test_a_server_that_does_not_answer_takes_nothing_away() -> None:
    """Without an answer the run goes on, and asks again later."""
    clock = Clock()
    standing, asked = _standing(clock, None, _run(Crashed()))
    clock.now += 60
    assert standing.why_stopped() == ""
    clock.now += 60
    assert "Crashed" in standing.why_stopped()
    assert len(asked) == 2


def test_a_run_that_was_deleted_begins_nothing_more() -> None:
    """Who deletes a run on the server wants nothing more from it."""
    clock = Clock()

    def ask() -> FlowRun | None:
        raise ObjectNotFound(http_exc=Exception("gone"))

    standing = RunStatus(_run(Running()), ask, clock)
    clock.now += 60
    assert "deleted" in standing.why_stopped()
