"""The page of a film's run in Prefect: artifacts that are updated while the film is made.

They are made from the session's folder and the run's events: the film, with its storyboard, its progress, the table of
shots, and the ledger. `flows/run_page_updates.py` posts them. The film and its storyboard are one artifact, because
Prefect's pages show a run's artifacts in an order of chance, and the film comes first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from textwrap import shorten
from uuid import UUID

import httpx
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import Artifact
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_UI_URL
from slugify import slugify

from flows.progress_table import ProgressBoard
from flows.run_page_updates import ArtifactContent, Page, is_watched
from flows.runs.clients import client_without_retries
from flows.runs.status import this_run
from studio.model import events
from studio.model.events import Event
from studio.model.film import STAGES, Stage
from studio.sessions.session import Session
from studio.status.snapshot import Snapshot, read_snapshot
from studio.status.state import cost_shown, state_now
from studio.status.storyboard import Reported, film_card, ledger_rows, shot_rows, storyboard, summary
from studio.status.thumbnails import Thumbnails
from studio.text.display import clock, printable

TITLE_LETTERS = 60
"""The most letters of a title in the line on the film's card."""
KEY_LETTERS = 30
"""The most letters of an idea in the keys of its artifacts."""
LINK_SECONDS = 3.0
"""How long a question waits for the storyboard that its form names."""
_PROGRESS: tuple[tuple[str, Stage], ...] = (("pictures", "images"), ("lines", "narration"), ("clips", "videos"))


@contextmanager
def updating_run_page(session: Session) -> Iterator[None]:
    """Keep the run's page up to date while the block runs.

    Nothing is posted where nobody will look: outside a flow run, and in a run without heartbeats, which are off where
    no server outlives the run (`film make` with the built-in engine).
    """
    run = this_run()
    if run is None or not is_watched():
        yield
        return
    page = RunPage(session, run.id)
    with events.listening(page.hear), page.running():
        yield


class RunPage(Page):
    """The page of one film's run. `hear` may be called from any thread."""

    def __init__(self, session: Session, run_id: UUID) -> None:
        super().__init__(run_id, _key(session), self._read)
        self._session = session
        self._board, self._failures = ProgressBoard(), dict[tuple[Stage, int], str]()
        self._thumbnails = Thumbnails()

    def hear(self, event: Event) -> None:
        """Update the page from one event."""
        if event.kind == "frames":
            return
        self._board.hear(event)
        if event.kind == "failed" and event.stage is not None:
            self._failures[event.stage, event.index] = event.text
        self.changed()

    def _read(self, last: bool) -> Iterator[ArtifactContent]:
        facts = read_snapshot(self._session.folder)
        if facts is not None:
            yield from self._contents(facts, last)

    def _contents(self, facts: Snapshot, last: bool) -> Iterator[ArtifactContent]:
        # A copy, because the run goes on while the page is made. Until the run has published the number of shots, it is
        # taken from the plan: a run that waits for the shots' approval has not published it.
        board = ProgressBoard(
            shots=self._board.shots or len(facts.shots),
            characters=self._board.characters,
            states=dict(self._board.states),
        )
        states: dict[tuple[Stage, int], str] = board.states
        if last:
            # Nothing is being worked on any more.
            states = {piece: state for piece, state in states.items() if state != "working"}
        reported = Reported(states, dict(self._failures))
        yield self._progress(board)
        # This run's card has no end yet, which does not mean here that the run was cut off.
        state = state_now(replace(facts, cut_off=False), locked=not last)
        line, card = summary(facts, state), ""
        if last and facts.film is not None and not facts.failure:
            title = shorten(printable(facts.title or facts.idea), TITLE_LETTERS, placeholder="…")
            line = f"{title} · {clock(facts.film.seconds)}"
            output = self._session.folder.parent.parent
            card = film_card(facts, output, *self._session.brief.options.size, self._thumbnails)
        yield ArtifactContent("film", "markdown", line, storyboard(facts, state, reported, self._thumbnails, card))
        yield ArtifactContent("shots", "table", f"{len(facts.shots)} shots", json.dumps(shot_rows(facts, reported)))
        yield ArtifactContent(
            "ledger",
            "table",
            f"Spent so far: {cost_shown(facts)}",
            json.dumps(ledger_rows(facts, reported)),
        )

    def _progress(self, board: ProgressBoard) -> ArtifactContent:
        counts = [board.count(stage) for stage in STAGES if stage != "score" or self._session.brief.options.music]
        there, wanted = (sum(each) for each in zip(*counts, strict=True))
        known = board.shots > 0
        # Short, because a card on the page shows one line of it.
        parts = [f"{done}/{of or '?'} {noun}" for noun, stage in _PROGRESS for done, of in [board.count(stage)]]
        return ArtifactContent("progress", "progress", " · ".join(parts), _percent(there, wanted) if known else 0.0)


def storyboard_link() -> str:
    """Return the name of this run's storyboard in Markdown, with a link to its page; '' where nothing is posted.

    The page that posts it has a thread of its own: this waits for it, `LINK_SECONDS` at most.
    """
    run = this_run()
    if run is None or not is_watched():
        return ""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    until = time.monotonic() + LINK_SECONDS
    try:
        with client_without_retries(LINK_SECONDS) as client:
            while not (found := _films(client.read_artifacts(artifact_filter=mine))) and time.monotonic() < until:
                time.sleep(0.1)
    except (httpx.HTTPError, PrefectException):
        return ""
    pages = PREFECT_UI_URL.value()
    return f"[{found[0].key}]({pages}/artifacts/artifact/{found[0].id})" if found and pages else ""


def _films(found: list[Artifact]) -> list[Artifact]:
    return [each for each in found if each.key is not None and each.key.startswith("film-")]


def _key(session: Session) -> str:
    """Return the end of the keys of a session's artifacts, which the pages show as titles: 'a-letter-at-sea-164145'.

    The session's time tells films of one idea apart: artifacts of one key are versions of one thing.
    """
    words = slugify(session.brief.idea, max_length=KEY_LETTERS, word_boundary=True, save_order=True)
    return "-".join(filter(None, (words, session.id.rpartition("_")[2])))


def _percent(there: int, wanted: int) -> float:
    return round(100.0 * there / wanted, 1) if wanted else 0.0
