"""Run the flow for the `film` command in this process, show its progress, and print how it ended.

This module imports Prefect, so the command imports it only once everything cheap was checked.
"""

from __future__ import annotations

import contextlib
import json as json_format
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from prefect.exceptions import TerminationSignal
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from rich.console import Console

from flows.approval import asking_with
from flows.cli.approval_prompt import asker
from flows.cli.film_report import print_end, report_of
from flows.dask_cluster.place import THREADS
from flows.direct_run import filmed
from flows.progress_table import ProgressBoard, shown
from flows.runs.naming import parameters_of
from flows.signals import INTERRUPTED, TERMINATED, Terminated, leave_at_once, leaving
from studio.errors import BudgetSpent, FilmError, Interrupted
from studio.model.brief import FilmOptions
from studio.model.terms import NO_CHANGE, TermsChange
from studio.sessions.approvals import Approve
from studio.status.snapshot import Snapshot, read_snapshot
from studio.status.state import completed, images_done, videos_done
from studio.store.brief import read_brief
from studio.store.folders import session_folder, sessions_root
from studio.text.command_hints import command, output_name
from studio.text.display import printable


def run_film(
    console: Console,
    json: bool,
    place: Path,
    idea: str,
    options: FilmOptions | None,
    session_id: str | None,
    began: float,
    beats: bool = True,
    approve: Approve = "no",
    terms: TermsChange = NO_CHANGE,
    pay_again: bool = False,
    name: str = "",
    on: str = THREADS,
) -> int:
    """Run the flow, show its progress, print how it ended, and return the exit code.

    Args:
        place: the output folder.
        options: of a new film; of an existing session what it is changed to, or None to leave it as it is.
        began: when the command began, by `time.monotonic`.
        beats: whether a server outlives this run and looks for its heartbeats.
        approve: what a person at this terminal is asked to approve.
        pay_again: whether paid calls whose answer was lost are made again.
        name: of the film that is asked for by name, else ''.
        on: where shots are made.
    """
    board = ProgressBoard(began=began)
    there = console.is_terminal and sys.stdin.isatty()
    error: BaseException | None = None

    def end(error: BaseException | None) -> int:
        facts = read_snapshot(sessions_root(place) / board.session_id) if board.session_id else None
        elapsed = time.monotonic() - began
        if error is None and facts is not None:
            print_end(console, facts, board.made, board.reused, place, elapsed)
        if json:
            print(json_format.dumps(report_of(facts, board.reused, elapsed)), flush=True)
        return 0 if error is None else _complain(error, facts, place)

    closing: list[Callable[[], None]] = []

    def cut_off(code: int) -> None:
        for close in closing:
            close()
        end(_stopped(code))

    with leaving(cut_off) as heard:
        try:
            with shown(console, board) as screen, _unwatched(beats):
                closing.append(screen.close)
                with asking_with(asker(console, screen.freed) if there else None):
                    error = _run_flow(idea, options, session_id, place, approve, terms, pay_again, name, on)
        except KeyboardInterrupt as stop:
            error = _stopped(TERMINATED if isinstance(stop, Terminated) else INTERRUPTED)
        except TerminationSignal:
            # A second signal: Prefect handles SIGTERM itself while it ends a run, and work in hand may take long.
            leave_at_once(cut_off, TERMINATED)
        except SystemExit:
            # rich raises this when its pipe was closed.
            error = FilmError("nobody reads the output any more, so the work was stopped")
        except Exception as raised:  # the engine may raise anything: it is reported in one line
            error = raised
        if error is not None and heard() and not isinstance(error, Interrupted):
            # A signal in the middle of other code may come out of it as another exception.
            error = _stopped(heard())
    return end(error)


def _run_flow(
    idea: str,
    options: FilmOptions | None,
    session_id: str | None,
    place: Path,
    approve: Approve,
    terms: TermsChange,
    pay_again: bool,
    name: str,
    on: str,
) -> BaseException | None:
    change = session_id is not None and options is not None
    asked = _asked(place, session_id) | ((options or FilmOptions()).model_dump() if options or not session_id else {})
    if asked.get("prompts") is not None:
        asked["prompts"] = list(asked["prompts"])
    state = filmed(
        **{"idea": idea, **asked},
        session_id=session_id,
        resume=False,
        change=change,
        output=output_name(place),
        approve=approve,
        **terms.model_dump(),
        on_ambiguous="retry" if pay_again else "stop",
        name=name or None,
        on=on,
    )
    if state.is_completed():
        return None
    result: Any = state.result(raise_on_failure=False)
    if state.is_cancelled():
        return result if isinstance(result, Interrupted) else Interrupted(state.message or "cancelled")
    return result if isinstance(result, BaseException) else FilmError(state.message or state.name or "failed")


def _asked(place: Path, session_id: str | None) -> dict[str, Any]:
    """Return what a session was asked for, which its run then shows; {} for a new one or an unreadable brief."""
    if session_id is None:
        return {}
    try:
        return parameters_of(read_brief(session_folder(sessions_root(place), session_id)))
    except FilmError:
        # The run itself finds out, and reports it.
        return {}


def _stopped(code: int) -> Interrupted:
    stopped = Interrupted("interrupted" if code == INTERRUPTED else "terminated")
    stopped.exit_code = code
    return stopped


@contextlib.contextmanager
def _unwatched(beats: bool) -> Iterator[None]:
    """Turn off heartbeats and the run's page within the block if no server outlives the run: nobody looks there."""
    if beats:
        yield
        return
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def _complain(error: BaseException | None, facts: Snapshot | None, place: Path) -> int:
    code = error.exit_code if isinstance(error, FilmError) else 1
    message = str(error) or type(error).__name__
    if not isinstance(error, FilmError):
        message = f"{type(error).__name__}: {message}"
    if facts is not None and not completed(facts):
        code = 1 if code == 2 and _work_had_begun(facts) else code
        images, clips = images_done(facts), videos_done(facts)
        message += f" · {images} image{'s' * (images != 1)} and {clips} clip{'s' * (clips != 1)} kept"
        go_on = command("resume", facts.session_id, place)
        if go_on not in message and not isinstance(error, BudgetSpent):
            message += f"; go on with: {go_on}"
    print(printable(message), file=sys.stderr, flush=True)
    return code


def _work_had_begun(facts: Snapshot) -> bool:
    return bool(facts.plans or facts.shots)
