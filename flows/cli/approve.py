"""`film approve`: answer a suspended run through the server on which it waits.

Prefect is imported only once there is something to answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from rich.console import Console

from flows.server.address import check_alive, find_engine, prepare_environment
from studio.errors import BadInput, FilmError
from studio.fs.files import read_or_none
from studio.planning.plan_files import read_shots
from studio.sessions.approvals import Answer, AskedQuestion, answered, read_asked, stop_waiting
from studio.status.snapshot import read_snapshot
from studio.store import lock
from studio.store.brief import read_brief
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.command_hints import command
from studio.text.display import printable


def approve(
    session: Annotated[
        str, Parameter(name="SESSION", help="A session's id, for example session_20250208_002238, or its name.")
    ],
    /,
    *,
    redo: Annotated[str, Parameter(show_default=False, help="Shots to make again, for example 3,5-7.")] = "",
    notes: Annotated[
        str, Parameter(show_default=False, help="Added to the prompts of the shots to redo (default: another take).")
    ] = "",
    reject: Annotated[bool, Parameter(negative=(), show_default=False, help="Say no: the run ends.")] = False,
    output: Annotated[
        str | None,
        Parameter(
            help="Folder that holds sessions/, or a store such as s3://bucket/films (default: FILM_OUTPUT, else "
            "'output')."
        ),
    ] = None,
) -> int:
    """Answer a run that waits for approval on the server that PREFECT_API_URL names: it goes on where it stopped."""
    if reject and redo:
        raise BadInput("--reject ends the run, --redo goes on with it: give only one of them")
    place = output_folder(output)
    folder = find_session(sessions_root(place), session)
    asked = _waiting(folder, place)
    reply = Answer(not reject, redo, notes)
    brief, content = read_brief(folder), read_or_none(folder / "shots.json") or b""
    shots = read_shots(content.decode("utf-8", "replace"), brief.options.fps, brief.options.shot_seconds, brief.seed)
    answered(asked, reply, shots, "")
    engine = find_engine()
    if engine.url is None:
        raise BadInput("no Prefect server is named: set PREFECT_API_URL to the one on which the run waits")
    check_alive(engine)
    prepare_environment(engine)
    _resume(folder, place, asked, reply)
    said = "rejected; the run ends" if reject else f"{f'to redo: {redo}' if redo else 'approved'}; the run goes on"
    console = Console(highlight=False)
    console.print(f"{said}: {command('view', session, place)}", markup=False, soft_wrap=True)
    return 0


def _waiting(folder: Path, place: Path) -> AskedQuestion:
    """Return the open question of the session's suspended run.

    Raises:
        BadInput: the session does not wait for approval, or is being worked on.
    """
    if lock.is_locked(folder):
        raise BadInput(
            f"{folder.name} is being worked on {lock.holder_text(folder)}: it does not wait for approval now"
        )
    asked = next((each for each in reversed(read_asked(folder)) if not each.at), None)
    facts = read_snapshot(folder)
    if asked is None or facts is None or not facts.waits_for:
        raise BadInput(
            f"{folder.name} does not wait for approval: see how it is: {command('view', folder.name, place)}"
        )
    return asked


def _resume(folder: Path, place: Path, asked: AskedQuestion, reply: Answer) -> None:
    """Resume the run with the answer.

    Raises:
        BadInput: the run is gone or does not wait; one that is gone or ended is no longer marked as waiting in the
            session, so that another run can go on.
        FilmError: the server refuses the answer.
    """
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound, PrefectException

    from flows.approval_form import filled_in
    from flows.runs.dead_runs import suspend_again

    go_on = f"go on without it: {command('resume', folder.name, place)}"
    try:
        with get_client(sync_client=True) as client:
            run = client.read_flow_run(UUID(asked.flow_run_id))
            # An earlier release may have called it dead while it waited, or somebody paused it by hand.
            state = suspend_again(client, run) or run.state
            if state is None or not state.is_paused():
                if state is not None and state.is_final():
                    stop_waiting(folder, asked.flow_run_id)
                if state is not None and not state.is_final():
                    raise BadInput(f"{folder.name} was answered already, and its run goes on ({state.name})")
                named = state.name if state else "without a state"
                retry = f"retry it (prefect flow-run retry {asked.flow_run_id}), or "
                retry = retry if state is not None and (state.is_crashed() or state.is_failed()) else ""
                raise BadInput(f"the run that waited ({asked.flow_run_id}) is {named} on the server: {retry}{go_on}")
            form = filled_in(client, run.id, state, reply)
            result = client.resume_flow_run(run.id, run_input=form)
    except (ObjectNotFound, ValueError) as error:
        stop_waiting(folder, asked.flow_run_id)
        raise BadInput(f"the run that waited ({asked.flow_run_id}) is not on the server any more: {go_on}") from error
    except (httpx.HTTPError, PrefectException) as error:
        raise FilmError(
            f"the server did not take the answer ({printable(str(error))}): run the same line again"
        ) from error
    if result.status.value != "ACCEPT":
        reason = printable(str(getattr(result.details, "reason", "") or result.status.value))
        raise FilmError(f"the server did not take the answer ({reason}): run the same line again, or {go_on}")
