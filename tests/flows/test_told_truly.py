"""What Prefect tells of a run is true: its name, its result, its suspension from outside, and what was there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.serializers import JSONSerializer
from prefect.states import Paused, Suspended
from prefect.utilities.names import generate_slug

import studio.errors
from flows.runs.naming import nameless
from flows.runs.status import FRESH_SECONDS
from studio.errors import FilmError, ShotsFailed
from studio.sessions.find_or_make import unfinished
from studio.status.listing import read_listing
from tests.flows.runs.test_suspended import Deployment, deployment, logged
from tests.support.films.film_command import IDEA, Film
from tests.support.films.runs import Studio
from tests.support.sampled import sampled
from tests.support.servers.prefect_server import wait_for

__all__ = ["deployment"]


def flow_run(run_id: str) -> Any:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(UUID(run_id))


# --- names ----------------------------------------------------------------------------------------


def test_a_name_that_nobody_gave() -> None:
    """Whatever two words Prefect draws are no name."""
    assert all(nameless(generate_slug(2)) for _ in range(500))


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[a-z]{2,9}-(of|the|film|ideas)", fullmatch=True)))
@settings(max_examples=300)
def test_a_name_that_somebody_gave(name: str) -> None:
    """No other text is taken for one of these."""
    assert not nameless(name)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["Friday's film", "take-2", "session_20260101_000000"])
def test_a_given_name_stays(film: Film, deployment: Deployment, name: str) -> None:
    """A run whose name a person gave bears it to its end; one that has none gets its session's."""
    run_id = deployment.begin(name=name)
    assert deployment.work(run_id) == "Completed"
    assert flow_run(run_id).name == name


# --- results --------------------------------------------------------------------------------------


def test_the_report_can_be_had_in_another_process(
    film: Film, deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report of a deployment's run is there for whoever reads its state, with a home of Prefect's of its own, in
    any folder; it is JSON. The name is the session's where nobody gave another."""
    run_id = deployment.begin()
    assert deployment.work(run_id) == "Completed"
    monkeypatch.chdir(tmp_path)
    run = flow_run(run_id)
    report = run.state.result()
    (folder,) = film.sessions
    assert run.name == f"{folder.name} · {IDEA}"
    assert report["session_id"] == folder.name
    assert Path(report["film"]).is_file()
    stored = [path for path in (film.folder / "prefect" / "storage").rglob("*") if path.is_file()]
    assert stored
    assert all(path.read_bytes().startswith(b"{") and path.stat().st_size < 10_000 for path in stored)


@pytest.mark.thorough
def test_a_failure_raises_in_another_process(film: Film, deployment: Deployment) -> None:
    """A run that failed raises its own error; retried, it runs again and has its report."""
    film.environment["FILM_TEST_SLOW"] = "fail:image 0"
    run_id = deployment.begin()
    assert deployment.work(run_id) == "Failed"
    with pytest.raises(ShotsFailed, match="the engine said no"):
        flow_run(run_id).state.result()
    del film.environment["FILM_TEST_SLOW"]
    assert deployment.work(run_id) == "Completed"
    assert flow_run(run_id).state.result()["frames"] > 0


def errors_of(kind: type[FilmError]) -> list[type[FilmError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in errors_of(child))]


@pytest.mark.parametrize("kind", [each for each in errors_of(FilmError) if each.__module__ == studio.errors.__name__])
def test_every_error_can_be_made_anew(kind: type[FilmError]) -> None:
    """Each of our errors comes back from JSON as itself, with its message."""
    there = JSONSerializer().loads(JSONSerializer().dumps(kind("what to do")))
    assert (type(there), str(there)) == (kind, "what to do")


# --- suspended from outside -----------------------------------------------------------------------


# Made when it is set: what is suspended waits so long from then on.
@pytest.mark.thorough
@sampled("halted", [Suspended, Paused], ids=lambda halted: halted.__name__)
def test_a_run_that_is_suspended_from_outside(
    film: Film, deployment: Deployment, halted: Callable[..., State[None]]
) -> None:
    """Halted on its server in the middle of a picture: the run is suspended, also where it was only paused, its
    session is `suspended`, and resumed it makes only what is missing."""
    # Longer than what a run knows of itself is fresh.
    film.environment["FILM_TEST_SLOW"] = f"image {FRESH_SECONDS + 1}"
    run_id = deployment.begin()
    ended: list[str] = []
    at_work = threading.Thread(target=lambda: ended.append(deployment.work(run_id)))
    at_work.start()
    wait_for("a picture", lambda: film.calls("image begin") >= 1)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(run_id), halted(timeout_seconds=600), force=True)
    at_work.join()
    assert ended == ["Suspended"]
    (folder,) = film.sessions
    listing = read_listing(folder)
    assert listing is not None
    assert listing.state == "suspended"
    assert unfinished(folder.parent) == [folder]
    said = "\n".join(logged(run_id))
    assert "this run was suspended" in said
    painted = film.calls("image end")
    del film.environment["FILM_TEST_SLOW"]
    with get_client(sync_client=True) as client:
        assert client.resume_flow_run(UUID(run_id)).status.value == "ACCEPT"
    assert flow_run(run_id).state.is_scheduled()
    assert deployment.work(run_id) == "Completed"
    assert film.calls("image begin") == film.calls("image end") >= painted
    after = read_listing(folder)
    assert after is not None
    assert after.state == "done"


# --- what was there -------------------------------------------------------------------------------


def test_a_new_film_adopts_nothing(studio: Studio) -> None:
    """Shots with the same line share a piece that this run made: it was not there, so no task run is called Adopted."""
    log = studio.film(script="Rain.\n\nRain.\n\nRain.\n\nRain.", music=False)
    assert log.state.is_completed(), log.state
    assert set(log.names) == {"Completed"}
    assert log.made["narration"] < len(studio.shots(log.report["session_id"]))
