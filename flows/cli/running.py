"""Run the flow for a command: on a new film or on a session, after everything cheap was checked.

Prefect is imported only once there is something to run.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from blocks.crew_names import check_crew
from flows.cli.command_options import NO_MONEY_OPTIONS, Money
from flows.cli.early_signals import nothing_begun
from flows.dask_cluster.place import THREADS, asked_place
from flows.quick_imports import imports
from flows.server.address import check_alive, find_engine, prepare_environment
from flows.server.built_in_server import BuiltIn
from flows.signals import check_threads
from studio.billing.prices import price_list
from studio.cli.terminal import says_yes
from studio.errors import BadInput
from studio.model.brief import FilmOptions
from studio.sessions.approvals import Approve
from studio.sessions.find_or_make import check_writable
from studio.store.folders import sessions_root
from studio.store.session_names import session_named


def run_on(
    console: Console,
    json: bool,
    place: Path,
    *,
    idea: str = "",
    options: FilmOptions | None = None,
    session_id: str | None = None,
    approve: Approve = "no",
    money: Money = NO_MONEY_OPTIONS,
    name: str = "",
    on: str = THREADS,
) -> int:
    """Run the flow on a session, or on a new one for `idea`; return the exit code.

    Args:
        options: of a new film; of an existing session what it is changed to, or None to leave it as it is.
        name: of the film, '' for none.
        on: where shots are made.
    """
    began = time.monotonic()
    asked_place(on)
    if options is not None:
        check_crew(options)
    if session_id is None:
        check_writable(sessions_root(place))
    # A person's own prices are read before anything is begun.
    price_list()
    pay_again = money.on_ambiguous == "retry"
    root = sessions_root(place)
    known = root / session_id if session_id is not None else session_named(root, name) if name else None
    if known is not None and money.on_ambiguous in (None, "ask"):
        pay_again = _agrees(known, console)
    check_threads()
    engine = find_engine()
    console.print(engine.line(), markup=False, soft_wrap=True)
    waiting = console.status("starting the engine") if console.is_terminal else nullcontext()
    with nothing_begun(), waiting:
        check_alive(engine)
        prepare_environment(engine)
        server = None
        if engine.url is None:
            server = BuiltIn()
            os.environ["PREFECT_API_URL"] = server.url
        with imports():
            from flows.cli.run_film import run_film

        if server is not None:
            server.ready()
    return run_film(
        console,
        json,
        place,
        idea,
        options,
        session_id,
        began,
        beats=server is None,
        approve=approve,
        terms=money.terms(),
        pay_again=pay_again,
        name=name,
        on=on,
    )


def _agrees(folder: Path, console: Console) -> bool:
    """Ask whether calls that were cut off, and may be billed, are made and paid for again; False without a terminal."""
    from studio.billing.calls import cut_off_calls

    lost = cut_off_calls(folder)
    if not lost or not asks(console):
        return False
    prices = [call.most_usd for call in lost]
    most = "an unknown price" if None in prices else f"up to ${sum(each or 0.0 for each in prices):.2f}"
    calls = "1 paid call was" if len(lost) == 1 else f"{len(lost)} paid calls were"
    for call in lost:
        console.print(
            f"  {call.stage} {call.index or ''} · {call.vendor} {call.model} · {call.begun_at[:19]}",
            markup=False,
            highlight=False,
        )
    return says_yes(f"{calls} cut off and may be billed: {most}. Make and pay for them again? (y/n) ", console.file)


def asks(console: Console) -> bool:
    """Tell whether a person sits at a terminal who can be asked."""
    return console.is_terminal and sys.stdin.isatty()


def check_askable(approve: Approve, console: Console) -> None:
    """Make sure that somebody can be asked on a terminal, if anything is to be approved.

    Raises:
        BadInput: nobody can.
    """
    if approve != "no" and not asks(console):
        raise BadInput(
            f"--approve {approve} asks on a terminal, and there is none: leave it out, or start a run of the "
            f"deployment (prefect deployment run make-film/local -p approve={approve})"
        )
