"""Laws of the film's task: its look at the finished film is heard of, and can be stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.errors import Interrupted
from studio.model import events
from studio.model.events import Event
from studio.planning.plan_files import read_timeline
from studio.sessions.run_control import RunControl
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import filmed, opened


def looks(heard: list[Event]) -> list[tuple[int, int]]:
    return [(event.frames, event.total) for event in heard if event.kind == "frames" and event.stage == "film"]


def test_the_look_at_the_film_is_heard_of(tmp_path: Path) -> None:
    """Once a second of film: how many of its frames were looked at."""
    folder, heard = opened(tmp_path), list[Event]()
    with events.listening(heard.append):
        filmed(folder, fake_crew(Log()))
    frames = read_timeline((folder / "timeline.json").read_text("utf-8")).frames
    assert looks(heard) == [(seen, frames) for seen in range(24, frames + 1, 24)]


def test_the_look_at_the_film_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is stopped meanwhile leaves at the next second, and no film that nobody looked at whole."""
    folder, heard = opened(tmp_path), list[Event]()
    go_on = RunControl.check_running

    def go_on_until_then(control: RunControl) -> None:
        if looks(heard):
            control.stop.set()
        go_on(control)

    monkeypatch.setattr(RunControl, "check_running", go_on_until_then)
    with events.listening(heard.append), pytest.raises(Interrupted):
        filmed(folder, fake_crew(Log()))
    assert len(looks(heard)) == 1
    assert not (folder / "film.mp4").exists()
