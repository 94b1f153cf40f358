"""`film batch`: make the films of a manifest, each in a child process of its own, all on one Prefect engine.

This process imports Prefect only to look for a crew other than the offline one; the children make the films. Each film
is made by the same flow that `film resume` runs, so films can be resumed whatever stopped a batch; running the same
command again does so.
"""

from __future__ import annotations

import json as json_format
import os
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from rich.console import Console

from flows.batch_workers import MOST, BatchWorkers
from flows.child_process import GRACE_SECONDS, film_in_child, kill_children
from flows.cli.crew_loading import CrewLoader
from flows.cli.early_signals import nothing_begun
from flows.server.address import check_alive, prepare_environment
from flows.signals import INTERRUPTED, TERMINATED, Terminated, check_threads, leaving
from studio.batch.films import LineOutcome, counted, line_notes, look, put_off, reported, table, unfinished_line
from studio.batch.manifest import ManifestLine, read_manifest
from studio.billing.prices import price_list
from studio.errors import BadInput, FilmError, Interrupted
from studio.sessions.find_or_make import check_writable, sweep_abandoned
from studio.store.folders import sessions_root
from studio.text.command_hints import command


def film_batch(console: Console, json: bool, place: Path, file: Path, parallel: int, at_most: int | None = None) -> int:
    """Make every film of the manifest that is not there yet, print the table, and return the exit code 0.

    Args:
        place: the output folder.
        parallel: how many films at once, 1 to 16.
        at_most: how many films this run makes, >= 1; None makes all.

    Raises:
        BadInput: the manifest or an option cannot be used; nothing was made.
        FilmError: some films are not finished; the message says which, and the command that goes on.
        Interrupted: Ctrl-C or SIGTERM; every child has ended.
    """
    began = time.monotonic()
    if not 1 <= parallel <= MOST:
        raise BadInput(f"--parallel: 1 to {MOST} films at once, not {parallel}")
    if at_most is not None and at_most < 1:
        raise BadInput(f"--at-most: one film or more, not {at_most}")
    loader = CrewLoader(several=True)
    with nothing_begun():
        lines = read_manifest(file, loader.load)
    # A person's own prices are read before anything is begun.
    price_list()
    root = sessions_root(place)
    check_writable(root)
    sweep_abandoned(root)
    outcomes = put_off(look(root, lines), at_most)
    _say(console, counted(outcomes))
    for note in line_notes(outcomes):
        _say(console, note)
    more = [*(("--parallel", str(parallel)) if parallel > 1 else ()), *(("--at-most", str(at_most)) if at_most else ())]
    again = command("batch", "", place, *more, file=str(file))
    try:
        if any(outcome.state == "to do" for outcome in outcomes):
            _make(console, loader, place, outcomes, parallel, partial(_cut_off, json, lines, root, again, began))
    except KeyboardInterrupt as stop:
        code = TERMINATED if isinstance(stop, Terminated) else INTERRUPTED
        if json:
            _print_report(look(root, lines), began)
        raise _stopped(code, lines, root, again) from None
    for row in ("", *table(outcomes)):
        _say(console, row)
    if json:
        _print_report(outcomes, began)
    if missing := unfinished_line(outcomes):
        raise FilmError(f"{missing}. Everything finished is kept; this makes the rest: {again}")
    return 0


def _make(
    console: Console,
    loader: CrewLoader,
    place: Path,
    outcomes: list[LineOutcome],
    parallel: int,
    cut_off: partial[None],
) -> None:
    """Make the films; `outcomes` tells what became of each line, as it ends."""
    check_threads()
    engine = loader.engine
    _say(console, engine.line())
    check_alive(engine)
    prepare_environment(engine)
    with leaving(cut_off, GRACE_SECONDS + 2):
        if (server := loader.start()) is not None:
            with console.status("starting the engine") if console.is_terminal else nullcontext():
                server.ready()
        slots = BatchWorkers(sessions_root(place), partial(film_in_child, place), partial(_say, console))
        slots.work(outcomes, parallel, outcomes.__setitem__)


def _cut_off(json: bool, lines: tuple[ManifestLine, ...], root: Path, again: str, began: float, code: int) -> None:
    """Kill the children and print what is there, for a process that is about to leave; called from another thread."""
    kill_children()
    if json:
        _print_report(look(root, lines), began)
    os.write(2, f"{_stopped(code, lines, root, again)}\n".encode("utf-8", "backslashreplace"))


def _stopped(code: int, lines: tuple[ManifestLine, ...], root: Path, again: str) -> Interrupted:
    there = sum(outcome.finished for outcome in look(root, lines))
    word = "interrupted" if code == INTERRUPTED else "terminated"
    stopped = Interrupted(f"{word} · {there} of {len(lines)} films are there; go on with: {again}")
    stopped.exit_code = code
    return stopped


def _print_report(outcomes: list[LineOutcome], began: float) -> None:
    state = "done" if all(outcome.finished for outcome in outcomes) else "unfinished"
    report = {"state": state, "films": reported(outcomes), "elapsed_seconds": round(time.monotonic() - began, 2)}
    print(json_format.dumps(report), flush=True)


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
