"""What one sees of a run in Prefect: artifacts on its page, on the real server."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import Artifact
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, PREFECT_UI_URL, temporary_settings

from flows.approval import Question, asking_with
from flows.run_page import RunPage, storyboard_link
from flows.run_page_updates import ArtifactContent, Page
from studio.errors import EngineFailed
from studio.model.brief import FilmOptions
from studio.sessions.approvals import Answer
from tests.support.films.runs import Outcome, Studio

KEYS = {
    "progress",
    "shots",
    "ledger",
    "film",
}
MILLION = 1_000_000


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    """As on a server that outlives the run: it sends heartbeats."""
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: 30}):
        yield


def artifacts(run_id: str) -> list[Artifact]:
    """Return every version of every artifact that is shown of a run: what it returned is kept as one without a key."""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))  # type: ignore[list-item]  # a text will do
    with get_client(sync_client=True) as client:
        return [each for each in client.read_artifacts(artifact_filter=mine, limit=200) if each.key]


def sheets(outcome: Outcome) -> dict[str, Any]:
    """Return what a run's artifacts hold, by the beginning of their keys."""
    return {str(each.key).partition("-")[0]: each.data for each in artifacts(outcome.run_id)}


def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which each warning about the page is added."""
    warnings: list[str] = []

    class Log:
        def warning(self, text: str) -> None:
            warnings.append(text)

    monkeypatch.setattr("flows.run_page_updates.get_run_logger", Log)
    return warnings


def test_a_run_shows_its_film(studio: Studio) -> None:
    """Storyboard, shots, ledger, progress and the film's card are there, each once, under keys of the session."""
    outcome = studio.film()
    session_id, count = outcome.report["session_id"], len(studio.shots(outcome.report["session_id"]))
    found = artifacts(outcome.run_id)
    ends = f"a-lighthouse-keeper-finds-a-{session_id.rpartition('_')[2]}"
    assert Counter(each.key for each in found) == Counter(f"{name}-{ends}" for name in KEYS)
    assert all(len(json.dumps(each.data)) < MILLION for each in found)
    shown = sheets(outcome)
    assert shown["film"].count("**DONE**") == count
    assert shown["film"].count("](data:image/jpeg;base64,") == 1 + count
    assert [row["state"] for row in json.loads(shown["shots"])] == ["DONE"] * count
    assert shown["progress"] == 100.0
    assert json.loads(shown["ledger"])[-1]["in place"] == 6 + 3 * count
    # The film comes first, then its storyboard.
    assert 0 < shown["film"].index(outcome.report["film"]) < shown["film"].index("### Shot 1")
    (line,) = [each.description for each in found if str(each.key).startswith("film-")]
    assert line is not None
    assert line.endswith(" s")


def test_the_storyboard_grows_while_one_watches(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of the run the one storyboard has what is there by then, and says what the others wait for."""
    monkeypatch.setattr("flows.run_page_updates.REST_SECONDS", 0.0)
    monkeypatch.setattr("flows.run_page_updates.REST_SHARE", 0.0)
    seen: list[str] = []

    def hook(kind: str, what: str) -> None:
        if kind == "video" and what == "shot_002.png":
            card = next((studio.only_folder() / "runs").glob("*.json"))
            deadline = time.monotonic() + 30
            while not seen and time.monotonic() < deadline:
                seen.extend(
                    each.data
                    for each in artifacts(card.stem)
                    if str(each.key).startswith("film-") and "clip is being rendered" in str(each.data)
                )
                time.sleep(0.05)

    outcome = studio.film(hook=hook)
    assert seen, "the storyboard never said that a clip was being rendered"
    assert seen[0].startswith("# ")
    assert "running · " in seen[0]
    assert Counter(each.key for each in artifacts(outcome.run_id)).most_common(1)[0][1] == 1


def test_a_run_that_fails_says_which_shot(studio: Studio) -> None:
    """At the end of a failed run the storyboard names the shot and why, and there is no card."""

    def breaks(kind: str, what: str) -> None:
        if kind == "video" and what == "shot_002.png":
            raise EngineFailed("the <lens> broke")

    outcome = studio.film(hook=breaks)
    assert outcome.state.is_failed()
    shown = sheets(outcome)
    assert shown["film"].count("failed\\: clip\\: the \\<lens\\> broke") == 1
    assert "being" not in shown["film"]
    assert "xdg-open" not in shown["film"]


@pytest.mark.thorough
def test_before_anything_is_painted_the_plan_is_counted(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a run waits for the shots' approval, progress and storyboard agree on how many there are, and the form's
    text leads to the storyboard."""

    def person(question: Question) -> Answer:
        deadline = time.monotonic() + 30
        card = next((studio.only_folder() / "runs").glob("*.json"))
        while time.monotonic() < deadline and not seen:
            lines = {str(each.key).partition("-")[0]: str(each.description) for each in artifacts(card.stem)}
            if f"0 of {len(question.shots)} pictures" in lines.get("film", ""):
                seen.update(lines)
            time.sleep(0.05)
        links.append(storyboard_link())
        (board,) = [each for each in artifacts(card.stem) if str(each.key).startswith("film-")]
        assert links == [f"[{board.key}]({PREFECT_UI_URL.value()}/artifacts/artifact/{board.id})"]
        return Answer(True)

    seen: dict[str, str] = {}
    links: list[str] = []
    monkeypatch.setattr("flows.run_page_updates.REST_SECONDS", 0.0)
    monkeypatch.setattr("flows.run_page_updates.REST_SHARE", 0.0)
    with asking_with(person):
        assert studio.film(approve="shots").state.is_completed()
    count = len(studio.shots(studio.only_folder().name))
    assert f"0/{count} pictures · 0/{count} lines · 0/{count} clips" == seen["progress"]
    assert "?" not in seen["progress"]
    assert len(links) == 1


@pytest.mark.thorough
def test_nobody_looks_so_nothing_is_posted(studio: Studio) -> None:
    """Where no heartbeats are sent, no server outlives the run: it costs nothing."""
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        outcome = studio.film()
    assert outcome.state.is_completed()
    assert artifacts(outcome.run_id) == []


@pytest.mark.thorough
def test_an_api_that_refuses_costs_a_warning(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the server refuses an artifact, the film is made, and it is said once, and at the end."""
    asked: list[str] = []

    def refuse(client: SyncPrefectClient, artifact: Any) -> None:
        asked.append(artifact.key)
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(SyncPrefectClient, "create_artifact", refuse)
    monkeypatch.setattr("flows.run_page_updates.REST_SECONDS", 0.0)
    warnings = told(monkeypatch)
    assert studio.film().state.is_completed()
    assert asked
    # On a busy machine the only look is the last one, or the last one is not waited for.
    said = [
        "the run's page could not be kept up to date (); this stops no film",
        "the run's page does not show how it ended ()",
    ]
    # There, the server may also be slow to tell what there is.
    assert [re.sub(r"\(\w+\)", "()", each) for each in warnings] in (said, said[:1], said[1:])


def test_at_a_runs_end_nothing_is_promised(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that fails in the last look, of a run that may have crashed, does not say that the film goes on."""

    def look(last: bool) -> Iterator[ArtifactContent]:
        yield from [ArtifactContent("a", "markdown", "", "a")] if last else []

    def refuse(client: SyncPrefectClient, artifact: Any) -> None:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(SyncPrefectClient, "create_artifact", refuse)
    warnings = told(monkeypatch)
    page = Page(uuid4(), "x", look)
    page.begin()
    page.end(30)
    assert warnings == ["the run's page does not show how it ended (ConnectError)"]


@pytest.mark.thorough
def test_an_api_that_hangs_does_not_hold_the_film(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers costs the end of the run its few seconds, and the film nothing."""
    over = threading.Event()

    def hang(client: SyncPrefectClient, artifact: Any) -> None:
        over.wait(60)
        raise httpx.ReadTimeout("never")

    monkeypatch.setattr(SyncPrefectClient, "create_artifact", hang)
    monkeypatch.setattr("flows.run_page_updates.END_SECONDS", 0.2)
    try:
        outcome = studio.film()
        assert outcome.state.is_completed()
    finally:
        over.set()


@pytest.mark.thorough
def test_after_a_retry_the_same_artifacts_go_on(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever posts for a run that has artifacts changes those: a retried run has each of them once."""
    outcome = studio.film()
    before = {each.key: each.id for each in artifacts(outcome.run_id)}
    folder = studio.only_folder()
    session = SimpleNamespace(
        folder=folder, id=folder.name, brief=SimpleNamespace(idea="another", options=FilmOptions(height=144))
    )
    monkeypatch.setattr("flows.run_page_updates.get_run_logger", lambda: None)
    page = RunPage(session, UUID(outcome.run_id))  # type: ignore[arg-type]  # what it uses of one
    page.begin()
    page.end(30)
    after = {each.key: each.id for each in artifacts(outcome.run_id)}
    assert after == before
    assert len(artifacts(outcome.run_id)) == len(before)
