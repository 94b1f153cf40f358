"""What a run is called in Prefect: names that say which film, which stage and which shot, and a tag for each stage."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed

from flows.runs.naming import LONGEST, parameters_of
from flows.runs.status import this_run
from studio.errors import BadInput
from studio.input.option_checks import film_options
from studio.model.brief import Brief, FilmOptions, Prompt
from studio.sessions.opening import FilmRequest
from studio.status.snapshot import read_snapshot
from tests.support.films.runs import IDEA, Outcome, Studio
from tests.support.servers.prefect_server import task_runs


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


def test_a_run_says_what_it_makes_from_its_creation(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a session is opened the run bears its idea, the tag of films and every parameter."""
    seen: list[FlowRun] = []

    def refuse(request: FilmRequest, *others: object) -> None:
        with get_client(sync_client=True) as client:
            run = this_run()
            assert run is not None
            seen.append(client.read_flow_run(run.id))
        raise BadInput("no")

    monkeypatch.setattr("flows.run_session.open_session", refuse)
    assert studio.film(f"{IDEA} {'x' * 80}", music=False).state.is_failed()
    (run,) = seen
    assert run.name == f"{IDEA}…"
    assert run.tags == ["film"]
    assert {name: run.parameters[name] for name in ("music", "height", "fps", "session_id")} == {
        "music": False,
        "height": 144,
        "fps": 24,
        "session_id": None,
    }


def test_a_session_is_asked_for_by_what_it_is(tmp_path: Path) -> None:
    """The parameters of a run on a session repeat its brief; an idea that no run may be given and a script that is too
    long to be shown are left to the session."""
    options = FilmOptions(seconds=20, style="x", script="A line.", prompts=(Prompt(image_prompt="a lantern"),))
    brief = Brief(idea="A cat", options=options, seed=1, started_at="", version="0")
    asked = parameters_of(brief)
    assert asked.pop("idea") == "A cat"
    assert film_options(**asked) == options
    assert set(asked) == set(FilmOptions.model_fields)
    long = Brief(idea="a\x1bb", options=FilmOptions(script="x " * LONGEST), seed=1, started_at="", version="0")
    assert (parameters_of(long)["idea"], parameters_of(long)["script"]) == ("", None)


def test_a_task_run_is_tagged_with_its_stage(studio: Studio, film: Outcome) -> None:
    """The pages of Prefect filter by tag: made or served from the cache, a task run bears its stage."""
    again = studio.again(film.report["session_id"])
    for outcome in (film, again):
        tags = {run.name.split(" · ")[0]: run.tags for run in task_runs(outcome.run_id)}
        assert tags == {
            "story": ["story"],
            "scene graph": ["scene_graph"],
            "shots": ["shots"],
            "timeline": ["timeline"],
            "score": ["score"],
            "film": ["film"],
            "image": ["images"],
            "narration": ["narration"],
            "clip": ["videos"],
        }


@pytest.mark.thorough
def test_a_run_called_crashed_while_it_slept_begins_nothing_more(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marked as crashed on the server in the middle of a picture: that one is finished, no other is begun, the run ends
    without a failure, and the session can be gone on with."""
    monkeypatch.setattr("flows.runs.status.FRESH_SECONDS", 0)
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
    facts = read_snapshot(studio.only_folder())
    assert facts is not None
    assert not facts.cut_off
    assert studio.again(studio.only_folder().name).state.is_completed()
