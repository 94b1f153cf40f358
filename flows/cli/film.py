"""The `film` command: `film make`, `film resume`, and the list of all its subcommands.

It runs the same flow that a deployment runs. What can be checked cheaply is checked before Prefect is imported, so that
a mistake is answered at once. It always ends with at most one line about what went wrong, and an exit code: 0 done, 1
not finished, 2 wrong use or bad input, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from types import FrameType
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console

from flows.cli import direct as director
from flows.cli.approve import approve as answer_approval
from flows.cli.command_options import NO_MONEY_OPTIONS, NO_OPTIONS, Approving, GivenOptions, Json, Money, On, Output
from flows.cli.directed_session import planning
from flows.cli.doctor import EXAMPLES as DOCTOR_EXAMPLES
from flows.cli.doctor import doctor as check_up
from flows.cli.film_report import show_finished
from flows.cli.plan import EXAMPLES as PLAN_EXAMPLES
from flows.cli.plan import plan as plan_film
from flows.cli.rename import EXAMPLES as RENAME_EXAMPLES
from flows.cli.rename import rename as rename_film
from flows.cli.running import asks, check_askable, run_on
from flows.cli.studio import EXAMPLES as STUDIO_EXAMPLES
from flows.cli.studio import studio as start_studio
from flows.cli.styles import EXAMPLES as STYLES_EXAMPLES
from flows.cli.styles import styles as list_styles
from flows.cli.use import EXAMPLES as USE_EXAMPLES
from flows.cli.use import use as use_own
from flows.dask_cluster.place import THREADS
from flows.signals import Terminated
from studio.cli.terminal import leave, says_yes, typed_answer
from studio.errors import BadInput, SessionLocked
from studio.input.idea import check_idea
from studio.input.option_checks import changed_options, film_options, part_of_options
from studio.input.script import script_title
from studio.model.brief import IDEA_CHARACTERS
from studio.sessions.approvals import Approve
from studio.sessions.find_or_make import busy_with, check_none_waits, unfinished, unfinished_session_for
from studio.sessions.named import NamedAsk, await_named
from studio.store import lock
from studio.store.brief import is_own_session, read_brief
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import check_name, find_session
from studio.text.command_hints import command, directing_line, output_name
from studio.text.display import printable

app = App(
    name="film",
    help="One idea in, a finished film out, and never a shot lost or paid for twice.",
    help_epilogue="Exit codes: 0 done, 1 not finished (the command that goes on is printed), 2 wrong use or bad input, "
    "130 interrupted, 143 terminated.",
    help_format="plaintext",
    result_action="return_value",
    version_flags=[],
    suppress_keyboard_interrupt=False,
)


@app.command(
    help_epilogue='Examples:\n  film make "A lighthouse keeper finds a message in a bottle" --seconds 20\n'
    '  film make "The last bookshop" --aspect 9:16 --height 1920 --captions burned\n'
    '  film make --script my_script.txt "The night train"\n'
    '  film make "The night train" --name episode-12\n'
    '  film make "The night train" --seconds 600 --on dask'
)
def make(
    idea: Annotated[str, Parameter(show_default=False, help="What the film is about.")] = "",
    /,
    *,
    shape: GivenOptions = NO_OPTIONS,
    resume: Annotated[
        bool | None,
        Parameter(name="--resume", negative="--new", help="Go on with an unfinished film, or begin a new one."),
    ] = None,
    name: Annotated[
        str | None,
        Parameter(show_default=False, help="What you call it: under a name it is made once, however often asked for."),
    ] = None,
    money: Money = NO_MONEY_OPTIONS,
    approve: Approving = "no",
    output: Output = None,
    on: On = THREADS,
    json: Json = False,
) -> int:
    """Make a film from an idea. Stopped? Run the same line again: it goes on where it was.

    With --name the same line any number of times, also at once, makes one film: a finished one is told, and while
    another run makes it this one waits.
    """
    place, given, _ = output_folder(output), shape.given(), money.terms()
    if name is not None:
        check_name(name)
    options = film_options(**given)
    if not idea and shape.script is not None:
        idea = script_title(str(options.script))[:IDEA_CHARACTERS] or shape.script.stem.replace("_", " ")
    console = Console(stderr=json, highlight=False)
    check_askable(approve, console)
    if name is not None:
        _check_nameable(idea, name, resume, place)
    if not idea.strip() and not _given_blank(idea):
        return _without_idea(place, given, resume, console, json, approve, money, on)
    idea = check_idea(idea)
    _tell(shape, console)
    if name is not None:
        return _make_named(NamedAsk(name, idea, options), place, console, json, approve, money, on)
    same = None if resume is False else unfinished_session_for(sessions_root(place), idea, options)
    if same is not None and (resume or not asks(console) or _wants(same, console)):
        return run_on(console, json, place, session_id=same.name, approve=approve, money=money, on=on)
    if resume and (busy := busy_with(sessions_root(place), idea, options)):
        raise SessionLocked(f"{busy}: wait for it, stop it, or begin another with --new")
    return run_on(console, json, place, idea=idea, options=options, approve=approve, money=money, on=on)


def _check_nameable(idea: str, name: str, resume: bool | None, place: Path) -> None:
    if resume is not None:
        raise BadInput("--name makes a film once, and goes on with it: leave out --resume and --new, or the name")
    if not idea.strip():
        go_on = command("resume", name, place)
        raise BadInput(f"--name needs the idea, too; to go on with a film by its name: {go_on}")


def _make_named(
    ask: NamedAsk, place: Path, console: Console, json: bool, approve: Approve, money: Money, on: str
) -> int:
    """Tell of the finished film of this name, or make it, or go on with it; wait while another run makes it."""
    root = sessions_root(place)

    def tell(line: str) -> None:
        console.print(printable(line), markup=False, soft_wrap=True)

    there = await_named(root, ask, tell, str)
    if there is not None:
        return show_finished(there, place, console, json)
    return run_on(
        console, json, place, idea=ask.idea, options=ask.options, approve=approve, money=money, name=ask.name, on=on
    )


@app.command(
    help_epilogue="Examples:\n  film resume\n  film resume session_20250208_002238\n  film resume episode-12\n"
    "  film resume session_20250208_002238 --captions burned --change"
)
def resume(
    session: Annotated[
        str | None,
        Parameter(show_default=False, help="A session's id, or its name (default: the newest unfinished one)."),
    ] = None,
    /,
    *,
    shape: GivenOptions = NO_OPTIONS,
    change: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Apply the options above where they differ.")
    ] = False,
    money: Money = NO_MONEY_OPTIONS,
    approve: Approving = "no",
    output: Output = None,
    on: On = THREADS,
    json: Json = False,
) -> int:
    """Go on with a session: make only what is missing. Options must agree with its brief, unless --change is given."""
    place, given, _ = output_folder(output), shape.given(), money.terms()
    part = part_of_options(**given)
    console = Console(stderr=json, highlight=False)
    check_askable(approve, console)
    root = sessions_root(place)
    if session is not None:
        folder = find_session(root, session)
        # Tried before the engine takes its seconds to start; the run itself takes the lock again.
        lock.take(folder, console.print).release()
    else:
        waiting = unfinished(root)
        if not waiting:
            check_none_waits(root)
            first = command("make", "", place, idea="A letter at sea")
            raise BadInput(f"no unfinished session in {output_name(root)!r}: begin one, for example with {first}")
        folder = waiting[0]
    options = part if given else None
    _tell(shape, console)
    if is_own_session(folder):
        brief = read_brief(folder)
        changed = changed_options(brief, given, apply=change, session_id=folder.name)
        options = changed if changed != brief.options else None
    return run_on(console, json, place, options=options, session_id=folder.name, approve=approve, money=money, on=on)


app.command(
    answer_approval,
    name="approve",
    help_epilogue="Examples:\n  film approve session_20250208_002238\n"
    '  film approve session_20250208_002238 --redo 3,5 --notes "at night"',
)


app.command(rename_film, name="rename", help_epilogue=RENAME_EXAMPLES)
app.command(plan_film, name="plan", help_epilogue=PLAN_EXAMPLES)
app.command(check_up, name="doctor", help_epilogue=DOCTOR_EXAMPLES)
app.command(list_styles, name="styles", help_epilogue=STYLES_EXAMPLES)
app.command(director.redo, name="redo", help_epilogue=director.EXAMPLES["redo"])
app.command(director.edit, name="edit", help_epilogue=director.EXAMPLES["edit"])
app.command(director.pick, name="pick", help_epilogue=director.EXAMPLES["pick"])
app.command(director.shots, name="shots", help_epilogue=director.EXAMPLES["shots"])
app.command(use_own, name="use", help_epilogue=USE_EXAMPLES)
app.command(director.trim, name="trim", help_epilogue=director.EXAMPLES["trim"])
app.command(director.note, name="note", help_epilogue=director.EXAMPLES["note"])
app.command(start_studio, name="studio", help_epilogue=STUDIO_EXAMPLES)


@app.command(
    help_epilogue="Examples:\n  film batch ideas.csv\n  film batch ideas.yaml --parallel 2\n"
    "A manifest is CSV with a header (idea, and any option above: seconds, height, ...), JSON Lines or a YAML list."
)
def batch(
    file: Annotated[Path, Parameter(show_default=False, help="The manifest: .csv, .tsv, .json, .jsonl or .yaml.")],
    /,
    *,
    parallel: Annotated[int, Parameter(help="Films made at once, 1 to 16; one alone uses two cores.")] = 1,
    at_most: Annotated[
        int | None,
        Parameter(show_default=False, help="Films made by this run: the next lines of the file (default all)."),
    ] = None,
    output: Output = None,
    json: Json = False,
) -> int:
    """Make every film of a manifest. Stopped, or some failed? Run the same line again: it makes what is missing."""
    from flows.cli.batch import film_batch

    return film_batch(Console(stderr=json, highlight=False), json, output_folder(output), file, parallel, at_most)


def _given_blank(idea: str) -> bool:
    """Tell whether an idea of white space was given, which is a mistake, unlike no idea at all."""
    return idea != "" or any(argument.strip() == "" for argument in sys.argv[1:])


def _wants(folder: Path, console: Console) -> bool:
    from studio.cli.list_page import summary

    console.print(summary(folder), markup=False, highlight=False)
    console.print("y goes on with it, n begins a new film.", markup=False, highlight=False)
    # On the console's stream, which is standard error with --json: standard output may be a pipe.
    return says_yes("Do you want to continue? (y/n) ", console.file)


def _without_idea(
    place: Path,
    given: dict[str, object],
    resume: bool | None,
    console: Console,
    json: bool,
    approve: Approve,
    money: Money,
    on: str,
) -> int:
    waiting = unfinished(sessions_root(place)) if resume is not False else []
    folder = waiting[0] if waiting else None
    if folder is not None and (resume or not asks(console) or _wants(folder, console)):
        changed_options(read_brief(folder), given, apply=False, session_id=folder.name)
        return run_on(console, json, place, session_id=folder.name, approve=approve, money=money, on=on)
    if not asks(console):
        first = command("make", "", place, idea="A letter at sea")
        raise BadInput(f"no idea given: say what the film is about, for example {first}")
    idea = check_idea(typed_answer("What is the film about? ", console.file))
    return run_on(console, json, place, idea=idea, options=film_options(**given), approve=approve, money=money, on=on)


def _tell(shape: GivenOptions, console: Console) -> None:
    for note in shape.notes():
        console.print(printable(note), markup=False, soft_wrap=True)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise Terminated


def main(argv: list[str] | None = None) -> None:
    """Run the command and leave with its exit code; whatever went wrong is one line on standard error."""
    signal.signal(signal.SIGTERM, _terminated)
    # Set, because it may be inherited as ignored: shells ignore it in what a script starts in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    line = "interrupted before the work began: run the same line again"
    words = sys.argv[1:] if argv is None else argv
    raise SystemExit(leave(lambda: _carry_out(words), interrupted=line))


def _carry_out(words: list[str]) -> int | None:
    """Run the command that the words name; `plan SESSION redo ...` is `redo SESSION ...` that only shows its plan."""
    planned = planned_command(words)
    with planning(directing_line(planned)) if planned else nullcontext():
        code: int | None = app(planned or words, exit_on_error=False, print_error=False)
    return code


def planned_command(words: list[str]) -> list[str]:
    """Return the directing command that `plan` is asked about, in either order; [] for any other command."""
    if len(words) > 2 and words[0] == "plan":
        if words[2] in director.VERBS:
            return [words[2], words[1], *words[3:]]
        if words[1] in director.VERBS:
            return words[1:]
    return []
