"""What one sees of a run on its page in Prefect: artifacts that grow while one watches.

A thread of its own looks at the session's folder and at what the run has said, and posts: progress of pictures, lines,
clips and the whole film, the storyboard, the table of shots, the ledger, and at the end the film's card. Each is made
once per run and changed in place: a new version for every look would be kept for ever, and be a card of its own on the
run's page. The film never waits for it and never fails by it.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.exceptions import TerminationSignal
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.show import Board
from flows.standing import this_run
from studio import progress
from studio.facts import Facts, read_facts
from studio.model import STAGES, Stage
from studio.progress import Event
from studio.projection import state_now
from studio.report import cost_usd
from studio.session import Session
from studio.storyboard import Heard, film_card, ledger_rows, shot_rows, storyboard, summary
from studio.thumbnails import Thumbnails

REST_SECONDS, LONGEST_REST_SECONDS, REST_SHARE = 2.0, 30.0, 20.0
"""After a look the page rests 20 times as long as that took, 2 to 30 s: it takes 5 % of a core at most."""
PATIENCE_SECONDS = 5.0
"""How long the server may take to answer."""
END_SECONDS, LEAVING_SECONDS = 3.0, 0.5
"""How long the end of a run waits for the last look: at an ordinary end, and where it was told to leave."""

_PROGRESS: tuple[tuple[str, Stage], ...] = (("pictures", "images"), ("lines", "narration"), ("clips", "videos"))


@dataclass(frozen=True)
class Sheet:
    """One artifact as it is to be: the name its key begins with, its type, a line below its title, and what it holds.

    `content` is of a table JSON, of progress a percentage.
    """

    name: str
    type: str
    line: str
    content: str | float


@contextlib.contextmanager
def shown_on_run(session: Session) -> Iterator[None]:
    """Keep the run's page up to date while the block runs.

    Nothing is posted where nobody will look: outside a flow run, and in a run that sends no heartbeats, which are left
    out where no server outlives the run (`film make` with the built-in engine).
    """
    run = this_run()
    if run is None or PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() is None:
        yield
        return
    page = RunPage(session, run.id)
    with progress.listening(page.hear):
        page.begin()
        patience = END_SECONDS
        try:
            yield
        except (KeyboardInterrupt, TerminationSignal):
            patience = LEAVING_SECONDS
            raise
        finally:
            page.end(patience)


class RunPage:
    """The page of one run. `hear` may be called from any thread."""

    def __init__(self, session: Session, run_id: UUID) -> None:
        self._session, self._run_id = session, run_id
        self._board, self._failures = Board(), dict[tuple[Stage, int], str]()
        self._thumbnails = Thumbnails()
        self._changed, self._over = threading.Event(), threading.Event()
        self._posted: dict[str, Sheet] = {}
        self._ids: dict[str, UUID] | None = None
        self._complained = False
        self._log = get_run_logger()
        # The settings in force and the run are of this thread's context.
        place = contextvars.copy_context()
        self._thread = threading.Thread(target=place.run, args=(self._keep,), name="run page", daemon=True)

    def hear(self, event: Event) -> None:
        """Take one event in."""
        if event.kind == "frames":
            return
        self._board.hear(event)
        if event.kind == "failed" and event.stage is not None:
            self._failures[event.stage, event.index] = event.text
        self._changed.set()

    def begin(self) -> None:
        """Begin to post."""
        self._changed.set()
        self._thread.start()

    def end(self, patience: float) -> None:
        """Post once more, and wait for that so many seconds at most."""
        self._over.set()
        self._changed.set()
        self._thread.join(patience)

    def _keep(self) -> None:
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), contextlib.ExitStack() as stack:
            client: SyncPrefectClient | None = None
            while True:
                self._changed.wait()
                self._changed.clear()
                last = self._over.is_set()
                began = time.monotonic()
                try:
                    if client is None:
                        client = stack.enter_context(
                            get_client(sync_client=True, httpx_settings={"timeout": PATIENCE_SECONDS})
                        )
                    self._look(client, last)
                except Exception as error:  # whatever befalls the page or its server, the film goes on
                    self._complain(error)
                if last:
                    return
                taken = time.monotonic() - began
                self._over.wait(min(LONGEST_REST_SECONDS, max(REST_SECONDS, REST_SHARE * taken)))

    def _complain(self, error: Exception) -> None:
        # What was posted is not known any more.
        self._ids = None
        self._posted.clear()
        if not self._complained:
            self._complained = True
            self._log.warning(f"the run's page could not be kept up to date ({type(error).__name__}); the film goes on")

    def _look(self, client: SyncPrefectClient, last: bool) -> None:
        facts = read_facts(self._session.folder)
        if facts is None:
            return
        if self._ids is None:
            self._ids = self._known(client)
        for sheet in self._sheets(facts, last):
            if self._posted.get(sheet.name) != sheet:
                self._post(client, sheet, self._ids)
                self._posted[sheet.name] = sheet

    def _known(self, client: SyncPrefectClient) -> dict[str, UUID]:
        """Return the artifacts that this run has: after a retry, those of its earlier tries."""
        mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[self._run_id]))
        return {each.key: each.id for each in client.read_artifacts(artifact_filter=mine) if each.key}

    def _post(self, client: SyncPrefectClient, sheet: Sheet, ids: dict[str, UUID]) -> None:
        key = artifact_key(sheet.name, self._session.id)
        if key in ids:
            # Not `update_artifact`, which puts all it was given into an event too, and events are kept.
            change = ArtifactUpdate(description=sheet.line, data=sheet.content)
            client.request(
                "PATCH", "/artifacts/{id}", path_params={"id": ids[key]},
                json=change.model_dump(mode="json", exclude_unset=True),
            )  # fmt: skip
            return
        new = ArtifactCreate(
            key=key, type=sheet.type, description=sheet.line, data=sheet.content, flow_run_id=self._run_id
        )
        ids[key] = client.create_artifact(new).id

    def _sheets(self, facts: Facts, last: bool) -> Iterator[Sheet]:
        # A copy: the run goes on while the page is made.
        board = Board(shots=self._board.shots, states=dict(self._board.states))
        states: dict[tuple[Stage, int], str] = board.states
        if last:
            # Whatever was in hand is in nobody's hand any more.
            states = {piece: state for piece, state in states.items() if state != "working"}
        heard = Heard(states, dict(self._failures))
        yield from self._progress(board)
        # This run's card has no end yet: it is not cut off for that.
        state = state_now(replace(facts, cut_off=False), locked=not last)
        yield Sheet("storyboard", "markdown", summary(facts, state),
                    storyboard(facts, state, heard, self._thumbnails))  # fmt: skip
        yield Sheet("shots", "table", f"{len(facts.shots)} shots", json.dumps(shot_rows(facts, heard)))
        yield Sheet(
            "ledger",
            "table",
            f"Spent so far: ${cost_usd(facts):.2f}",
            json.dumps(ledger_rows(facts, heard)),
        )
        if last and facts.film is not None and not facts.failure:
            output = self._session.folder.parent.parent
            card = film_card(facts, output, *self._session.brief.wish.size, self._thumbnails)
            yield Sheet("film", "markdown", f"{facts.film.seconds:.2f} s, {facts.film.frames} frames", card)

    def _progress(self, board: Board) -> Iterator[Sheet]:
        for noun, stage in _PROGRESS:
            there, wanted = board.count(stage)
            yield Sheet(f"progress-{noun}", "progress", f"{noun.capitalize()}: {there} of {wanted or '?'}",
                        _percent(there, wanted))  # fmt: skip
        counts = [board.count(stage) for stage in STAGES if stage != "score" or self._session.brief.wish.music]
        there, wanted = (sum(each) for each in zip(*counts, strict=True))
        known = str(wanted) if board.shots else "?"
        yield Sheet("progress-film", "progress", f"The whole film: {there} of {known} pieces",
                    _percent(there, wanted) if board.shots else 0.0)  # fmt: skip


def artifact_key(name: str, session_id: str) -> str:
    """Return an artifact's key: 'storyboard-20261122-164145'."""
    return f"{name}-{session_id.removeprefix('session_').replace('_', '-')}"


def _percent(there: int, wanted: int) -> float:
    return round(100.0 * there / wanted, 1) if wanted else 0.0
