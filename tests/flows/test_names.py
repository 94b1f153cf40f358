"""What a run is called in Prefect: names that say which film, which stage and which shot, and a tag for each stage."""

from __future__ import annotations

import threading

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Crashed

from studio.facts import read_facts
from tests.engine import task_runs
from tests.runs import IDEA, Outcome, Studio


@pytest.fixture
def film(studio: Studio) -> Outcome:
    outcome = studio.film()
    assert outcome.state.is_completed(), outcome.state
    return outcome


def test_names_say_film_stage_and_shot(studio: Studio, film: Outcome) -> None:
    """The run bears session and idea; each task run its stage, and where it has one its shot and camera."""
    session_id = film.report["session_id"]
    shots = studio.shots(session_id)
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(film.run_id).name == f"{session_id} · {IDEA}"
    expected = {"story", "scene graph", "shots", "timeline", "score", "film"}
    for shot in shots:
        place = f"shot {shot['index']} of {len(shots)}"
        expected |= {
            f"image · {place} · {shot['camera']}",
            f"clip · {place} · {shot['camera']}",
            f"narration · {place}",
        }
    assert {run.name for run in task_runs(film.run_id)} == expected


def test_a_task_run_is_tagged_with_its_stage(studio: Studio, film: Outcome) -> None:
    """The pages of Prefect filter by tag: made or served from the cache, a task run bears its stage."""
    again = studio.again(film.report["session_id"])
    for outcome in (film, again):
        tags = {run.name.split(" · ")[0]: run.tags for run in task_runs(outcome.run_id)}
        assert tags == {
            "story": ["story"], "scene graph": ["scene_graph"], "shots": ["shots"], "timeline": ["timeline"],
            "score": ["score"], "film": ["film"], "image": ["images"], "narration": ["narration"], "clip": ["videos"],
        }  # fmt: skip


def test_a_run_called_crashed_while_it_slept_begins_nothing_more(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marked as crashed on the server in the middle of a picture: that one is finished, no other is begun, the run ends
    without a failure, and the session can be gone on with."""
    monkeypatch.setattr("flows.standing.FRESH_SECONDS", 0)
    marked = threading.Event()

    def hook(kind: str, name: str) -> None:
        if kind == "image" and not marked.is_set():
            marked.set()
            card = next((studio.only_folder() / "runs").glob("*.json"))
            with get_client(sync_client=True) as client:
                client.set_flow_run_state(card.stem, Crashed(message="no sign of life"), force=True)

    outcome = studio.film(hook=hook)
    assert not outcome.state.is_completed()
    assert outcome.made["image"] <= 2, "two painters were at work, and nothing was begun after them"
    assert "video" not in outcome.made
    assert not (studio.only_folder() / "failure.json").exists()
    facts = read_facts(studio.only_folder())
    assert facts is not None
    assert not facts.cut_off
    assert studio.again(studio.only_folder().name).state.is_completed()
