"""Print the list of sessions, and the summary that `film make` asks about.

`studio/cli/session_page.py` prints one session in full. Whatever a person or a vendor wrote is shown as plain text:
never read as markup, on one line, without control codes (`studio.text.display.printable`). On a terminal lines are cut
to its width; in a pipe they are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from studio.errors import NoSuchSession
from studio.status.listing import Listing, any_cost, any_holder, any_name, line_cells
from studio.status.snapshot import ShotFacts, read_snapshot, why_not_a_session
from studio.status.state import SessionState, images_done, mark, videos_done
from studio.text.display import printable

STATES: dict[SessionState, str] = {
    "done": "green",
    "edited": "yellow",
    "running": "cyan",
    "waiting": "magenta",
    "rejected": "magenta",
    "suspended": "magenta",
    "interrupted": "yellow",
    "failed": "red",
    "done unverified": "dim green",
    "unverified": "dim yellow",
}
MARKS = {"DONE": "green", "IMG": "yellow", "TODO": "dim"}
CAMERA_CELLS = 14
"""Width of the camera's column, in terminal cells: 'slow pan right', the longest of the known moves."""
_SUMMARY_CELLS = 80


def fit(text: str, cells: int) -> str:
    """Return the text in exactly `cells` terminal cells: padded, or cut with an ellipsis; a wide letter takes two."""
    shown = Text(text)
    shown.truncate(cells, overflow="ellipsis", pad=True)
    return shown.plain


def plain_console() -> Console:
    """Return a console on standard output that reads no markup or emoji codes in a text and highlights nothing."""
    return Console(markup=False, highlight=False, emoji=False)


# --- the list -------------------------------------------------------------------------------------


def show_table(found: Sequence[Listing], console: Console) -> None:
    """Print the sessions, at least one, as a table in which only the idea is cut if the terminal is narrow.

    A layout engine would cut every column, also the ids, and an id that is cut cannot be copied.
    """
    rows = [line_cells(each, any_cost(found), any_name(found), any_holder(found)) for each in found]
    rows.insert(0, {column: column for column in rows[0]})
    widths = {column: max(len(row[column]) for row in rows) for column in rows[0]}
    for number, cells in enumerate(rows):
        style = STATES[found[number - 1].state] if number else "bold"
        row = Text.assemble((f"{cells.pop('state'):<{widths['state']}}", style), style="" if number else "bold")
        row.append(f"  {cells.pop('id'):<{widths['id']}}")
        if "name" in cells:
            row.append(f"  {fit(cells.pop('name'), widths['name'])}")
        idea = cells.pop("idea")
        for column, cell in cells.items():
            row.append(f"  {cell:>{widths[column]}}")
        console.print(row.append(f"  {idea}"), no_wrap=True, overflow="ellipsis")


# --- before going on ------------------------------------------------------------------------------


def summary(folder: Path) -> str:
    """Return what `film make` shows before it asks whether to go on: lines of at most 80 cells.

    Raises:
        NoSuchSession: nothing in the folder identifies it as a session.
    """
    facts = read_snapshot(folder)
    if facts is None:
        raise NoSuchSession(f"{folder.name} {why_not_a_session(folder)}")
    total = len(facts.shots)
    lines = [
        "INCOMPLETE SESSION FOUND",
        "",
        f"  session  {facts.session_id}",
        f"  begun    {moment(facts.started_at)}",
        f"  idea     {printable(facts.idea)}",
        f"  images   {images_done(facts)} of {total} done" if total else "  shots    not planned yet",
        f"  clips    {videos_done(facts)} of {total} done" if total else "",
        "",
        *(f"  {_shot_line(shot)}" for shot in facts.shots),
    ]
    return "\n".join(fit(line, _SUMMARY_CELLS).rstrip() for line in lines) + "\n"


def _shot_line(shot: ShotFacts) -> str:
    state = f"[{mark(shot)}]"
    return f"{shot.index:3d} {state:6} {fit(printable(shot.camera), CAMERA_CELLS)}  {printable(shot.image_prompt)}"


def moment(iso: str) -> str:
    """Return a time in ISO 8601 as text for a person, '2025-02-08 00:22:38'; '-' for ''."""
    return printable(iso)[:19].replace("T", " ") or "-"
