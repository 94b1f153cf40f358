"""The flow over a manifest: it makes a film per idea, several at a time, and reports how each of them ended.

In a deployment each film is a run of `make-film` of its own, which can be watched, retried and resumed by itself;
elsewhere it is a child process. Which films are to be made is decided in `studio/batch/films.py`; they are made in turn
by `flows/batch_workers.py`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any
from uuid import UUID

import httpx
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger
from prefect.states import Cancelled, Failed

from blocks.crew import crew_of
from flows import parameters as p
from flows.batch_workers import MOST, BatchWorkers, MakeFilm
from flows.callable_flows import REPORTED, callable_anywhere
from flows.child_process import film_in_child
from flows.film_stores import know_blocks
from flows.form import asking_for
from flows.run_page_updates import ArtifactContent, Page, is_watched
from flows.runs.dead_runs import Watch
from flows.runs.naming import TAG, nameless, parameters_of, rename, run_name
from flows.runs.signs_of_life import signing
from flows.runs.status import status_of, this_run
from studio.batch.films import LineOutcome, counted, line_notes, look, put_off, reported, rows, table, unfinished_line
from studio.batch.manifest import read_manifest
from studio.errors import BadInput, FilmError
from studio.sessions.find_or_make import check_writable, sweep_abandoned
from studio.store.brief import read_brief
from studio.store.folders import output_folder, session_folder, sessions_root
from studio.text.command_hints import output_name
from studio.text.display import printable

LONGEST_NAME = 100
"""The most characters of a manifest's name in the name of its run."""
POLL_SECONDS = 2.0
"""How often the state of a film's run is read."""
_GOES_ON = (":resume_film", ":redo_film")
"""How the entry points end of deployments that go on with a session, and make no new film."""

Manifest = Annotated[
    str, p.shown("Manifest", "File of ideas on the worker's machine (.csv, .tsv, .json, .jsonl, .yaml).", min_length=1)
]
Parallel = Annotated[int, p.shown("Parallel", "Films made at once; one alone uses two cores.", ge=1, le=MOST)]
AtMost = Annotated[
    int | None, p.shown("At most", "Films made by this run, the next lines of the file; empty: all of them.", ge=1)
]


know_blocks()


@asking_for()
@callable_anywhere
@flow(
    name="make-films",
    description="A manifest of ideas in, a film each out; run again, it makes what is missing.",
    **REPORTED,
)
async def make_films(
    manifest: Manifest, parallel: Parallel = 1, at_most: AtMost = None, output: p.Output = None
) -> Any:
    """Make every film of a manifest that is not there yet.

    The manifest is checked whole before the first film begins. A film that fails does not stop the others; at the end
    the run fails with a message that counts and names the lines. Run again with the same manifest, it makes only those.

    Returns a list, one object per line: line, idea, state, session_id, film (its path), seconds, reason.
    """
    if (run := this_run()) is not None and nameless(run.name):
        rename(run, shorten(printable(Path(manifest).name), LONGEST_NAME, placeholder="…"))
    try:
        with signing(Watch()):
            return _made(manifest, parallel, at_most, output)
    except FilmError as error:
        # Nothing was begun: the message says what to do.
        return Failed(message=str(error), data=error)


def _made(manifest: str, parallel: int, at_most: int | None, output: str | None) -> Any:
    log = get_run_logger()
    place = output_folder(output)
    root = sessions_root(place)
    lines = read_manifest(Path(manifest), crew_of)
    check_writable(root)
    sweep_abandoned(root)
    make_film, why_stopped = _ways(place)
    outcomes = put_off(look(root, lines), at_most)
    log.info(counted(outcomes))
    for note in line_notes(outcomes):
        log.info(note)
    slots = BatchWorkers(root, make_film, log.info, why_stopped)
    with _shown(outcomes) as changed:
        slots.work(outcomes, parallel, changed, changed)
    for row in table(outcomes):
        log.info(row)
    if reason := why_stopped():
        return Cancelled(message=reason)
    if missing := unfinished_line(outcomes):
        reasons = "; ".join(f"line {each.line.number}: {each.reason}" for each in outcomes if each.reason)
        return Failed(
            message=f"{missing}. Everything finished is kept; run it again for the rest. {reasons}"[:4000],
            data=FilmError(missing),
        )
    return reported(outcomes)


@contextmanager
def _shown(outcomes: list[LineOutcome]) -> Iterator[Callable[[int, LineOutcome], None]]:
    """Keep a table of the lines on the run's page while the block runs; yield what takes a line's new outcome."""
    run = this_run()
    if run is None or not is_watched():
        yield outcomes.__setitem__
        return

    def look(last: bool) -> Iterator[ArtifactContent]:
        now = list(outcomes)
        yield ArtifactContent("films", "table", counted(now), json.dumps(rows(now)))

    def changed(place: int, outcome: LineOutcome) -> None:
        outcomes[place] = outcome
        page.changed()

    # Each run has a key of its own: a key that runs shared would get a new version every day.
    page = Page(run.id, run.id.hex[:12], look)
    with page.running():
        yield changed


def _ways(place: Path) -> tuple[MakeFilm, Any]:
    """Return a function that makes a film here, and one that returns why no more may begin ('' while they may).

    Raises:
        BadInput: this is a run of a deployment, and `make-film` is not deployed beside it.
    """
    run = this_run()
    if run is None:
        return partial(film_in_child, place), str
    if run.deployment_id is None:
        return partial(film_in_child, place), status_of(run).why_stopped
    name = _film_deployment(run.deployment_id)
    return _Runs(name, place).make, status_of(run).why_stopped


def _film_deployment(own: UUID) -> str:
    """Return the name of the deployment that makes one film.

    It is `make-film/x` for `make-films/x`, else the first one in the same work pool. One that only goes on with a
    session makes no film.

    Raises:
        BadInput: there is none.
    """
    film = FlowFilter(name=FlowFilterName(any_=["make-film"]))
    with get_client(sync_client=True) as client:
        mine = client.read_deployment(own)
        found = client.read_deployments(flow_filter=film)
    there = sorted(
        each.name
        for each in found
        if (each.name == mine.name or each.work_pool_name == mine.work_pool_name)
        and not str(each.entrypoint).endswith(_GOES_ON)
    )
    if not there:
        raise BadInput(f"this server has no deployment of make-film beside {mine.name!r}: run prefect deploy --all")
    return f"make-film/{mine.name if mine.name in there else there[0]}"


class _Runs:
    """Makes each film as a subflow run of this run, by the deployment of `make-film`."""

    def __init__(self, deployment: str, place: Path) -> None:
        self._deployment, self._place = deployment, place
        self._context = copy_context()
        self._beginning = threading.Lock()

    def make(self, session_id: str, stop: threading.Event) -> str:
        """Run the deployment on a session and wait for its end; return '' or why there is no film.

        Once `stop` is set this returns; the run that was begun goes on by itself.
        """
        try:
            with self._beginning:
                # One at a time: a context cannot be entered twice, and Prefect counts the calls of a run in it.
                begun = self._context.run(self._begin, session_id)
            while not stop.wait(POLL_SECONDS):
                if (ended := self._ended(begun)) is not None:
                    return ended
        except (httpx.HTTPError, PrefectException) as error:
            return f"the server said: {type(error).__name__}: {error}"
        return "this run was stopped; the film's own run goes on by itself"

    def _begin(self, session_id: str) -> UUID:
        brief = read_brief(session_folder(sessions_root(self._place), session_id))
        # `_sync`: called within a flow that is a coroutine, it would return a coroutine, too.
        run: Any = run_deployment(  # type: ignore[call-arg]  # of Prefect's dispatcher
            self._deployment,
            timeout=0,
            as_subflow=True,
            _sync=True,
            tags=[TAG],
            flow_run_name=run_name(brief.idea, session_id),
            parameters={**parameters_of(brief), "session_id": session_id, "output": output_name(self._place)},
        )
        return UUID(str(run.id))

    def _ended(self, run_id: UUID) -> str | None:
        """Return '' if the run completed, why it did not, or None while it goes on."""
        with get_client(sync_client=True) as client:
            state = client.read_flow_run(run_id).state
        if state is None or not (state.is_final() or state.is_paused()):
            return None
        return "" if state.is_completed() else state.message or f"its run is {state.name}"
