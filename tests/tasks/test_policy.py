"""Retrying, on the real engine: only errors that may pass are tried again."""

from __future__ import annotations

import pytest

from studio.errors import EngineFailed
from tests.support.films.fake_crew import Log
from tests.support.films.runs import Studio


class Passing(EngineFailed):
    """An error that passes a little later."""

    may_pass = True


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let retries come without waiting."""
    from tasks.images import paint_shot

    monkeypatch.setattr(paint_shot, "retry_delay_seconds", [0.0, 0.0, 0.0])
    monkeypatch.setattr(paint_shot, "retry_jitter_factor", None)


def failing(kind: type[EngineFailed], times: int) -> Log:
    left = [times]

    def hook(each: str, what: str) -> None:
        if each == "image" and left[0]:
            left[0] -= 1
            raise kind("the brush slipped")

    return Log(hook=hook)


def test_an_error_that_may_pass_is_tried_again(studio: Studio, at_once: None) -> None:
    """Two passing errors cost two attempts more, and the receipt counts them."""
    outcome = studio.film(seconds=4.0, shot_seconds=3.0, log=failing(Passing, 2))
    assert outcome.state.is_completed(), outcome.state
    assert outcome.made["image"] == len(studio.shots(outcome.report["session_id"])) + 2
    receipt = (studio.only_folder() / "images" / "shot_001.json").read_text()
    assert '"attempts": 3' in receipt


def test_an_error_that_cannot_pass_is_not(studio: Studio, at_once: None) -> None:
    """A bad key or a broken prompt stops at once, not a hundred times."""
    outcome = studio.film(seconds=4.0, shot_seconds=3.0, log=failing(EngineFailed, 99))
    assert outcome.state.is_failed()
    assert outcome.made["image"] == len(studio.shots(studio.only_folder().name))
