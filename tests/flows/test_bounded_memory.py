"""What waits in memory does not grow with the film: shots are begun a few at a time, and Prefect forgets those made."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

import blocks.crew
from flows import bounded_memory, shot_mapping
from flows.bounded_memory import TASKS, BoundedMemory
from studio.production import stages
from tests.bench import instant
from tests.support.films.runs import IDEA


class FakeWorker:
    """Stands in for the thread that sends Prefect's events."""

    def __init__(self) -> None:
        self.asked = 0
        self.sent = threading.Event()
        self.sent.set()

    def instance(self) -> FakeWorker:
        self.asked += 1
        return self

    def wait_until_empty(self) -> None:
        self.sent.wait()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> FakeWorker:
    worker = FakeWorker()
    monkeypatch.setattr(bounded_memory.EventsWorker, "instance", worker.instance)
    return worker


def test_events_are_waited_for_again_and_again(worker: FakeWorker) -> None:
    """So many tasks, so many times their events are waited for."""
    memory = BoundedMemory()
    for _ in range(3 * TASKS):
        memory.task_ended()
    assert worker.asked == 3


def test_a_server_that_takes_no_events_is_waited_for_once(worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose events are not sent goes on, and waits again only for events that come after those are sent."""
    memory = BoundedMemory()
    with monkeypatch.context() as hasty:
        hasty.setattr(bounded_memory, "PATIENCE_SECONDS", 0.0)
        worker.sent.clear()
        for _ in range(3 * TASKS):
            memory.task_ended()
        assert worker.asked == 1
    worker.sent.set()
    assert memory._sending is not None
    memory._sending.join()
    for _ in range(TASKS):
        memory.task_ended()
    assert worker.asked == 2


def test_shots_are_begun_a_few_at_a_time(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shot is begun only while few tasks are open, every shot is made, and Prefect's memory of results is emptied."""
    from flows.direct_run import filmed

    begun: list[int] = []
    remembered: list[int] = []
    begin = shot_mapping._Mapping._begin

    def counted(mapping: Any, shot: Any) -> None:
        begun.append(mapping._open)
        remembered.append(len(bounded_memory.FlowRunContext.get().run_results))  # type: ignore[union-attr]
        begin(mapping, shot)

    monkeypatch.setattr(shot_mapping._Mapping, "_begin", counted)
    monkeypatch.setattr(shot_mapping, "AHEAD", 2)
    monkeypatch.setattr(bounded_memory, "TASKS", 1)
    monkeypatch.setitem(blocks.crew.CREWS, "offline", instant.instant_crew)
    monkeypatch.setattr(stages, "assemble", instant.assemble)
    monkeypatch.setattr(stages, "film_faults", instant.film_faults)
    state: Any = filmed(idea=IDEA, output=str(tmp_path), seconds=20.0, shot_seconds=1.0, height=144, seed=3)
    assert state.is_completed(), state.message
    (folder,) = (tmp_path / "sessions").iterdir()
    assert len(begun) == len(list((folder / "videos").glob("*.mp4"))) > 10
    assert max(begun) < 2
    # Of the tasks that are open, and of one that ended while the last were forgotten.
    assert max(remembered[1:]) < 100
