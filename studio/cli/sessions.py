"""The `sessions` command: what was made, what is missing, where the files are, and whether they are whole.

Of its own commands only `repair` changes a session, and only when told to; `studio/cli/directing_commands.py` undoes
changes of plans, `studio/cli/archive_commands.py` makes further ones, and clears up. It never imports Prefect, and
models only when it must, so that a list appears at once.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from studio.billing.totals import stats_of
from studio.cli import archive_commands as whole
from studio.cli import store_commands as stores
from studio.cli.command_options import Id, Json, Output
from studio.cli.directing_commands import (
    HISTORY_EXAMPLES,
    REDO_EXAMPLES,
    TAKES_EXAMPLES,
    UNDO_EXAMPLES,
    list_takes,
    redo_changes,
    show_history,
    undo_changes,
)
from studio.cli.streams import open_streams
from studio.cli.terminal import agrees_on_terminal, leave, share_shown, write_exact, write_json
from studio.errors import BadInput
from studio.status.listing import Listing, any_cost, any_holder, any_name, line_cells, listings
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.command_hints import command, output_name
from studio.text.display import printable

if TYPE_CHECKING:
    from studio.model.brief import Prompt
    from studio.model.film import Shot

app = App(
    name="sessions",
    help="What was made, what is missing, where the files are. Only repair, undo, redo and gc change a session.",
    help_epilogue="Exit codes: 0 fine, 1 something is damaged or missing, 2 wrong use.",
    help_format="plaintext",
    result_action="return_value",
    version_flags=[],
    suppress_keyboard_interrupt=False,
)

PLAIN_COLUMNS = {
    "state": "<15",
    "id": "",
    "name": "<12",
    "img": ">7",
    "clips": ">7",
    "length": ">9",
    "cost": ">9",
    "held": "<50",
    "idea": "",
}
"""Alignment and width of each column of `list` in a pipe."""


@app.command(
    name="list", help_epilogue="Examples:\n  sessions list\n  sessions list | grep interrupted\n  sessions list --json"
)
def list_sessions(*, output: Output = None, json: Json = False) -> int:
    """List the sessions, newest first: state, id, name if any has one, images, clips, length, cost if any cost
    something, idea."""
    place = output_folder(output)
    found = listings(sessions_root(place))
    if json:
        write_json([_listing_json(each) for each in found])
    elif not found:
        first = command("make", "", place, idea="A lighthouse keeper finds a letter")
        print(f"No sessions in {printable(output_name(place / 'sessions'))} yet. Make a film: {first}")
    elif sys.stdout.isatty():
        from studio.cli.list_page import plain_console, show_table

        show_table(found, plain_console())
    else:
        _print_plain(found)
    return 0


def _print_plain(found: list[Listing]) -> None:
    paid, named, held = any_cost(found), any_name(found), any_holder(found)
    for each in found:
        cells = (f"{cell:{PLAIN_COLUMNS[column]}}" for column, cell in line_cells(each, paid, named, held).items())
        print("  ".join(cells).rstrip())


def _listing_json(listing: Listing) -> dict[str, object]:
    return {
        "session_id": listing.session_id,
        "name": listing.name or None,
        "state": listing.state,
        "idea": listing.idea,
        "started_at": listing.started_at,
        "images_generated": listing.images,
        "videos_rendered": listing.clips,
        "total_shots": listing.shots,
        "seconds": listing.seconds or None,
        "seconds_asked": listing.seconds_asked or None,
        "foreign": listing.foreign,
        "cost_usd": round(listing.cost_usd, 6),
        **stats_of(listing.paid),
        **({"held_by": listing.held_by} if listing.held_by else {}),
    }


@app.command(
    help_epilogue="Examples:\n  sessions view session_20250208_002238\n  sessions view session_20250208_002238 --json"
)
def view(session: Id, /, *, output: Output = None, json: Json = False) -> int:
    """Show one session in full: steps, shots, files, statistics, what is missing, and the command that goes on."""
    from studio.cli.list_page import plain_console
    from studio.cli.session_page import show_report
    from studio.status.report import read_report, report_json

    place = output_folder(output)
    report = read_report(find_session(sessions_root(place), session), place)
    if json:
        write_json(report_json(report))
    else:
        show_report(report, plain_console())
    return 0


@app.command(
    help_epilogue="Examples:\n  sessions cost session_20250208_002238\n"
    "  sessions cost session_20250208_002238 --csv > calls.csv"
)
def cost(
    session: Id,
    /,
    *,
    output: Output = None,
    json: Json = False,
    csv: Annotated[bool, Parameter(negative=(), show_default=False, help="Print the calls for a spreadsheet.")] = False,
) -> int:
    """Show what it cost: every paid call and how it ended, sums, what resuming saved, what is left of the budget."""
    from studio.cli.costs_page import cost_csv, cost_lines
    from studio.status.costs import costs_json, read_costs

    if csv and json:
        raise BadInput("--csv and --json are two forms of the same: choose one of them")
    place = output_folder(output)
    costs = read_costs(find_session(sessions_root(place), session))
    session = costs.facts.session_id
    if json:
        write_json(costs_json(costs))
    elif csv:
        write_exact(cost_csv(costs))
    else:
        print("\n".join(cost_lines(costs, command("resume", session, place, "--on-ambiguous", "retry"))))
    return 0


@app.command(
    help_epilogue="Examples:\n  sessions prompts session_20250208_002238\n"
    '  sessions prompts session_20250208_002238 > mine.txt\n  film make --prompts mine.txt "The same, my way"'
)
def prompts(session: Id, /, *, output: Output = None, json: Json = False) -> int:
    """Print every shot's prompts, as `film make --prompts` reads them: number, image, motion, camera."""
    from studio.input.prompts_file import prompts_json, prompts_text

    place = output_folder(output)
    shots = _prompts_of(find_session(sessions_root(place), session), place)
    write_exact(prompts_json(shots) if json else prompts_text(shots))
    return 0


def _prompts_of(folder: Path, place: Path) -> tuple[Shot, ...] | tuple[Prompt, ...]:
    """Return the session's shots as they are now; for a foreign session, the prompts in its shots.

    Raises:
        BadInput: there are no shots yet, or a foreign shot has no prompt.
        BrokenPlan: `shots.json` does not validate.
    """
    from pydantic import ValidationError

    from studio.fs import files
    from studio.model.brief import Prompt
    from studio.planning.plan_files import read_shots
    from studio.status.snapshot import read_snapshot
    from studio.store.brief import read_brief

    facts = read_snapshot(folder)
    if facts is None or (not facts.shots and (facts.foreign or not files.is_file(folder / "shots.json"))):
        raise BadInput(f"{folder.name} has no shots yet: plan them with {command('resume', folder.name, place)}")
    if not facts.foreign:
        brief = read_brief(folder)
        content = files.read_or_none(folder / "shots.json") or b""
        return read_shots(content.decode("utf-8", "replace"), brief.options.fps, brief.options.shot_seconds, brief.seed)
    try:
        return tuple(
            Prompt(image_prompt=shot.image_prompt, motion_prompt=shot.motion_prompt, camera=shot.camera)
            for shot in facts.shots
        )
    except ValidationError as error:
        raise BadInput(
            f"{folder.name} was written by another program and has a shot without a usable prompt"
        ) from error


@app.command(help_epilogue="Examples:\n  sessions verify session_20250208_002238 && echo whole")
def verify(session: Id, /, *, output: Output = None, json: Json = False) -> int:
    """Compare every file with the checksum in its receipt, and check the picture and sound of the whole film.

    If something is not whole, print a list; exit code 1. A fault of picture or sound is only a remark.
    """
    from studio.checks import verify as check
    from studio.checks.film_check import film_findings
    from studio.checks.verify import FAULTS

    place = output_folder(output)
    folder = find_session(sessions_root(place), session)
    session = folder.name
    findings = check.verify(folder)
    if not any(finding.path == "film.mp4" for finding in findings):
        with share_shown("looking at the film") as show_share:
            findings = sorted([*findings, *film_findings(folder, show_share)])
    if json:
        write_json([{"path": each.path, "what": each.what, "reason": each.reason} for each in findings])
    else:
        for each in findings:
            print(f"{each.what:<13}  {printable(each.path)}: {printable(each.reason)}")
        print(check.verdict(folder, findings, command("resume", session, place), command("repair", session, place)))
    return 1 if any(each.what in FAULTS for each in findings) else 0


@app.command(
    help_epilogue="Examples:\n  sessions repair session_20250208_002238          # says what is wrong, then asks\n"
    "  sessions repair session_20250208_002238 --yes    # repairs it"
)
def repair(
    session: Id,
    /,
    *,
    output: Output = None,
    json: Json = False,
    yes: Annotated[bool, Parameter(negative=(), show_default=False, help="Repair without asking.")] = False,
) -> int:
    """Put back what can be proved, move what is damaged to takes/damaged/, say what is lost and what it costs again.

    Changes nothing without --yes or a yes on the terminal. Makes nothing: `film resume` does. Exit code 1 if
    something is wrong and nothing was changed.
    """
    from studio.checks.repair import repair as mend
    from studio.checks.repair import survey
    from studio.cli.repair_page import survey_json, survey_lines
    from studio.errors import SessionLocked
    from studio.store import lock

    place = output_folder(output)
    folder = find_session(sessions_root(place), session)
    session = folder.name
    if lock.is_locked(folder):
        raise SessionLocked(f"{session} is being worked on {lock.holder_text(folder)}: wait for it, or stop it")
    found = survey(folder)
    go_on, again = command("resume", session, place), command("repair", session, place, "--yes")
    if not json:
        print("\n".join(survey_lines(session, found, go_on)))
    todo = any(not mend.idle for mend in found)
    done = todo and (yes or (not json and agrees_on_terminal("Repair it now? (y/n) ")))
    if done:
        mend(folder, str(place / "sessions" / session), lambda line: None if json else print(f"  {printable(line)}"))
    if json:
        write_json(survey_json(session, found, done))
    elif todo:
        lost = any(mend.lost for mend in found)
        said = f"Repaired. To make what is missing: {go_on}" if lost else "Repaired: nothing is missing."
        print(said if done else f"Nothing was changed. To repair it: {again}")
    elif found:
        print("There is nothing that a repair would change.")
    return 0 if done or not todo else 1


app.command(list_takes, name="takes", help_epilogue=TAKES_EXAMPLES)
app.command(show_history, name="history", help_epilogue=HISTORY_EXAMPLES)
app.command(undo_changes, name="undo", help_epilogue=UNDO_EXAMPLES)
app.command(redo_changes, name="redo", help_epilogue=REDO_EXAMPLES)
app.command(whole.fork, name="fork", help_epilogue=whole.FORK_EXAMPLES)
app.command(whole.export, name="export", help_epilogue=whole.EXPORT_EXAMPLES)
app.command(whole.import_file, name="import", help_epilogue=whole.IMPORT_EXAMPLES)
app.command(stores.push, name="push", help_epilogue=stores.PUSH_EXAMPLES)
app.command(stores.pull, name="pull", help_epilogue=stores.PULL_EXAMPLES)
app.command(whole.gc, name="gc", help_epilogue=whole.GC_EXAMPLES)


def main(argv: list[str] | None = None) -> None:
    """Run the command and exit with its code; an error is one line on standard error."""
    open_streams()
    # Set it anew: a process that a script starts in the background inherits it as ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    raise SystemExit(leave(lambda: app(argv, exit_on_error=False, print_error=False)))
