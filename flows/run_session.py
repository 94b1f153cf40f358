"""The session of a run: what the parameters ask for, opening that session, and closing it."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY

from blocks.crew import crew_of
from flows.account_slots import slots
from flows.dask_cluster.machines import machines
from flows.dask_cluster.place import THREADS
from flows.film_stores import know_blocks
from flows.prefect_logs import note
from flows.runs.left_open import close_earlier
from flows.runs.naming import nameless, rename, run_name
from flows.runs.status import status_of, this_run
from studio.billing.prices import price_list
from studio.errors import BadInput, DiskFull
from studio.fs.safe_open import at_hand
from studio.input.idea import check_idea
from studio.input.option_checks import make_terms
from studio.model.brief import FilmOptions
from studio.model.receipt import Receipt
from studio.sessions.find_or_make import folder_of_run
from studio.sessions.named import await_named, finished_film
from studio.sessions.opening import FilmRequest, RunLimits, open_session
from studio.sessions.session import Session
from studio.store.folders import output_folder, sessions_root
from studio.store.other_machines import touching_card
from studio.store.receipts import read_receipt
from studio.store.run_card import RunCard
from studio.store.session_names import check_name
from studio.text.command_hints import output_name
from studio.version import VERSION

know_blocks()


def film_request(
    idea: str,
    options: FilmOptions,
    output: str | None,
    session_id: str | None,
    resume: bool,
    change: bool,
    budget_usd: object,
    on_refusal: object,
    name: str | None = None,
) -> FilmRequest:
    """Check the flow's parameters and return what they ask for.

    Raises:
        BadInput: a parameter is wrong.
    """
    if name and session_id:
        raise BadInput(f"session_id and name both say which film: give one of them ({session_id[:80]}, {name[:80]})")
    return FilmRequest(
        check_idea(idea) if idea or not session_id else "",
        options,
        output_folder(output),
        session_id,
        resume,
        change,
        explicit_options=_explicit_options(options, change),
        terms=make_terms(budget_usd=budget_usd, on_refusal=on_refusal),
        name=check_name(name) if name else "",
    )


def finished_before(request: FilmRequest) -> dict[str, object] | None:
    """Return the report of the film that is asked for by name if it is finished; None if there is something to make.

    Waits while another run makes it.

    Raises:
        FilmError: as `await_named`; nothing was begun.
    """
    if not request.name:
        return None
    run, root = this_run(), sessions_root(request.output)
    if run is not None and folder_of_run(root, str(run.id)) is not None:
        # A run that is retried goes on with its own session.
        return None
    folder = await_named(root, request.named, note, status_of(run).why_stopped if run else str)
    receipt = finished_film(folder) if folder is not None else None
    if folder is None or receipt is None:
        return None
    note(f"{folder.name} is {request.name} and is finished", kind="opened", session_id=folder.name)
    return film_report(folder, receipt, request.name, made=False)


def film_before(session: Session) -> str:
    """Return the checksum of the film that the session has, by its receipt; '' if it has none."""
    receipt = read_receipt(session.folder / "film.json")
    return receipt.sha256 if receipt is not None else ""


def film_report(folder: Path, film: Receipt, name: str = "", made: bool = True) -> dict[str, object]:
    """Return the film's report: its session and path, and its measures; by name also whether this run made it."""
    report: dict[str, object] = {
        "session_id": folder.name,
        "film": str(at_hand(folder / film.path)),
        "seconds": film.seconds,
        "frames": film.frames,
        "width": film.width,
        "height": film.height,
    }
    return {**report, "name": name, "made": made} if name else report


def _explicit_options(options: FilmOptions, change: bool) -> dict[str, object]:
    """Return the options that were given: those that differ from their defaults, or all if `change` is set."""
    default = FilmOptions().model_dump()
    return {name: value for name, value in options.model_dump().items() if change or value != default[name]}


@contextmanager
def opened(request: FilmRequest, *, pay_again: bool = False, on: str = THREADS) -> Iterator[Session]:
    """Open and yield the session that the run gets; when the block ends, record how the run ended and close it.

    Args:
        pay_again: whether paid calls whose answer was lost are made again.
        on: where shots are made.

    Raises:
        FilmError: no session could be opened; nothing was begun.
    """
    price_list()
    with machines(on) as making, _opened(request, pay_again) as session, making(session) as made:
        yield made


@contextmanager
def _opened(request: FilmRequest, pay_again: bool) -> Iterator[Session]:
    run, now = this_run(), datetime.now()
    card = RunCard(
        flow_run_id=str(run.id) if run else secrets.token_hex(16),
        pid=os.getpid(),
        host=socket.gethostname(),
        started_at=now.isoformat(timespec="seconds"),
        version=VERSION,
    )
    request = replace(request, resume=request.resume and not (run and run.auto_scheduled))
    limits = RunLimits(status_of(run).why_stopped if run else str, pay_again)
    if PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() is not None:
        # A server that outlives this run may have other runs, which share its accounts.
        limits = replace(limits, slots=slots)
    session, again = open_session(request, card, crew_of, note, lambda: secrets.randbelow(2**31), now, limits)
    verb = "goes on" if again else "is new"
    note(
        f"{session.id} {verb}: {output_name(session.folder)} (seed {session.brief.seed})",
        kind="opened",
        session_id=session.id,
    )
    session.meta.write()
    try:
        with touching_card(session.folder / "runs" / f"{card.flow_run_id}.json"):
            if run is not None:
                _present(session, run)
            yield session
    finally:
        _close(session)


def _present(session: Session, run: FlowRun) -> None:
    """Name the run after its session and idea, and close on the server what earlier runs left open."""
    tell_unclosed(close_earlier(session.folder, run.id))
    if nameless(run.name) or run.name == run_name(session.brief.idea):
        rename(run, run_name(session.brief.idea, session.id))


def tell_unclosed(why: str) -> None:
    """Report why what earlier runs left open on the server could not be closed; do nothing for ''."""
    if why:
        note(f"what earlier runs left open on the server could not be closed ({why})")


def _close(session: Session) -> None:
    """Record in the session how the run ended, and close it."""
    try:
        session.close(datetime.now().isoformat(timespec="seconds"))
    except (DiskFull, BadInput) as error:
        note(f"how the run ended could not be written: {error}")
