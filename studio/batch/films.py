"""The films of a batch: which films of a manifest exist, which are to be made, and the result as a table.

The session folders are the only record: a line's session is the newest one whose brief has the line's key. So a crash
at any moment loses nothing, and running the same manifest again opens no second session for a line. The films are run
by `flows/batch_workers.py`.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import Literal

from studio.batch.manifest import ManifestLine
from studio.errors import BrokenPlan, NoSuchSession, SessionLocked
from studio.fs import files, tolerant
from studio.model.terms import NO_CHANGE, NO_TERMS, TermsChange
from studio.sessions.find_or_make import open_new
from studio.sessions.named import check_free
from studio.status.listing import read_listing
from studio.store import light_reader, lock
from studio.store.brief import read_brief, write_brief
from studio.store.folders import session_folders
from studio.text.display import clock, printable

_IDEA_LETTERS, _REASON_LETTERS = 60, 160

LineState = Literal["to do", "later", "done", "there", "failed", "running"]
"""The state of a line: 'later' is left to another run, 'done' was made by this run, 'there' was found finished,
'running' is being made now (when this run has ended: by another one)."""


@dataclass(frozen=True)
class LineOutcome:
    """A line of a manifest with its state and result.

    Attributes:
        session_id: '' while the line has no session.
        film: the film's path; '' while there is none.
        seconds: the film's length in seconds; 0 while there is none.
        reason: why there is no film, in one line; '' if there is one, or nothing was tried.
    """

    line: ManifestLine
    state: LineState
    session_id: str = ""
    film: str = ""
    seconds: float = 0.0
    reason: str = ""

    @property
    def finished(self) -> bool:
        """Whether the film is there."""
        return self.state in ("done", "there")


def look(root: Path, lines: Sequence[ManifestLine]) -> list[LineOutcome]:
    """Return the present outcome of each line; write nothing."""
    folders = _by_key(root)
    return [_look_at(line, folders.get(line.key)) for line in lines]


def put_off(outcomes: Sequence[LineOutcome], at_most: int | None) -> list[LineOutcome]:
    """Return the outcomes with only the first `at_most` lines 'to do', the others 'later'; None: no limit."""
    if at_most is None:
        return list(outcomes)
    todo = [place for place, outcome in enumerate(outcomes) if outcome.state == "to do"]
    later = set(todo[at_most:])
    return [replace(each, state="later") if place in later else each for place, each in enumerate(outcomes)]


def open_line(root: Path, line: ManifestLine, draw_seed: Callable[[], int], now: datetime, version: str) -> LineOutcome:
    """Return the line's outcome with its session; open a new session if it has none.

    If two batches do this at the same moment, one opens the session and the other finds it.

    Raises:
        SessionLocked: another batch holds the sessions' folder.
        BadInput, DiskFull: no session can be opened, or another one has the line's name; nothing is left.
    """
    files.make_folder(root)
    with lock.alone(root):
        folder = _by_key(root).get(line.key)
        if folder is None:
            check_free(root, line.name)
            folder, held = open_new(
                root,
                line.idea,
                line.options,
                draw_seed,
                now,
                version,
                batch=line.key,
                terms=NO_TERMS.with_changes(line.terms),
                name=line.name,
            )
            held.release()
        else:
            _agree(folder, line.terms)
    return _look_at(line, folder)


def _agree(folder: Path, said: TermsChange) -> None:
    """Write the terms that a line now has into its session's brief, unless a run is working on the session."""
    if said == NO_CHANGE:
        return
    with contextlib.suppress(SessionLocked, BrokenPlan, NoSuchSession):
        held = lock.take(folder)
        try:
            brief = read_brief(folder)
            if (terms := brief.terms.with_changes(said)) != brief.terms:
                write_brief(folder, brief.model_copy(update={"terms": terms}))
        finally:
            held.release()


def look_again(outcome: LineOutcome, root: Path, reason: str = "") -> LineOutcome:
    """Return a line's outcome after an attempt to make its film; `reason` is the attempt's error message, or ''."""
    now = _look_at(outcome.line, root / outcome.session_id)
    if now.finished:
        return replace(now, state="done")
    return now if now.state == "running" else replace(now, state="failed", reason=reason or "the film is not there")


def _by_key(root: Path) -> dict[str, Path]:
    folders: dict[str, Path] = {}
    for folder in session_folders(root, lambda line: bool(line.get("batch"))):
        if key := _key_of(folder):
            folders.setdefault(key, folder)
    return folders


def _key_of(folder: Path) -> str:
    with tolerant.entered(folder) as opened:
        if opened is None or not light_reader.has_brief(opened):
            return ""
        brief = light_reader.brief_at(opened)
    if brief:
        return tolerant.text(brief, "batch")
    # Neither the brief nor its copy can be read: a run's card may have it.
    with contextlib.suppress(BrokenPlan, NoSuchSession):
        return read_brief(folder).batch
    return ""


def _look_at(line: ManifestLine, folder: Path | None) -> LineOutcome:
    listing = read_listing(folder) if folder is not None else None
    if folder is None or listing is None:
        return LineOutcome(line, "to do")
    if listing.state == "running":
        return LineOutcome(line, "running", folder.name, reason=f"it is being made {lock.holder_text(folder)}")
    if listing.state != "done":
        return LineOutcome(line, "to do", folder.name)
    return LineOutcome(line, "there", folder.name, str(folder / "film.mp4"), listing.seconds)


# --- how it ended ---------------------------------------------------------------------------------


def table(outcomes: Sequence[LineOutcome]) -> list[str]:
    """Return the lines of a batch's table: line, state, session, length, idea."""
    rows = [("line", "state", "session", "length", "idea"), *(_cells(outcome) for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        f"{row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]:>{widths[3]}}  {row[4]}"
        for row in rows
    ]


def _cells(outcome: LineOutcome) -> tuple[str, str, str, str, str]:
    idea = printable(outcome.line.idea)
    return (
        str(outcome.line.number),
        outcome.state,
        outcome.session_id or "-",
        clock(outcome.seconds) if outcome.seconds else "-",
        idea if len(idea) <= 60 else idea[:59] + "…",
    )


def rows(outcomes: Sequence[LineOutcome]) -> list[dict[str, str | int]]:
    """Return every line as a row of a table: each cell is a text on one line, cut to a maximum length."""
    return [
        {
            "line": outcome.line.number,
            "idea": shorten(printable(outcome.line.idea), _IDEA_LETTERS, placeholder="…"),
            "session": outcome.session_id,
            "state": outcome.state,
            "seconds": f"{outcome.seconds:.2f}" if outcome.seconds else "",
            "film or reason": outcome.film or shorten(printable(outcome.reason), _REASON_LETTERS, placeholder="…"),
        }
        for outcome in outcomes
    ]


def unfinished_line(outcomes: Sequence[LineOutcome]) -> str:
    """Return '2 of 5 films are not finished (lines 3, 5)'; '' if all are, except those left for later."""
    missing = [outcome for outcome in outcomes if not outcome.finished and outcome.state != "later"]
    if not missing:
        return ""
    numbers = [str(outcome.line.number) for outcome in missing]
    shown = ", ".join(numbers[:20]) + (", …" if len(numbers) > 20 else "")
    are, lines = ("is", "line") if len(missing) == 1 else ("are", "lines")
    films = "film" if len(outcomes) == 1 else "films"
    return f"{len(missing)} of {len(outcomes)} {films} {are} not finished ({lines} {shown})"


def line_notes(outcomes: Sequence[LineOutcome]) -> list[str]:
    """Return in lines for a person what of the scripts and prompts of the films to be made is left out."""
    return [
        f"line {each.line.number}: {printable(note)}"
        for each in outcomes
        if each.state == "to do"
        for note in each.line.notes
    ]


def counted(outcomes: Sequence[LineOutcome]) -> str:
    """Return how many films are in which state: '5 films: 3 there, 2 to do'."""
    counts = Counter(outcome.state for outcome in outcomes)
    films = "1 film" if len(outcomes) == 1 else f"{len(outcomes)} films"
    return f"{films}: " + ", ".join(f"{count} {state}" for state, count in counts.items())


def reported(outcomes: Sequence[LineOutcome]) -> list[dict[str, object]]:
    """Return every line as a JSON object; a value that does not exist is null."""
    return [
        {
            "line": outcome.line.number,
            "idea": outcome.line.idea,
            "state": outcome.state,
            "session_id": outcome.session_id or None,
            "film": outcome.film or None,
            "seconds": outcome.seconds or None,
            "reason": outcome.reason or None,
        }
        for outcome in outcomes
    ]
