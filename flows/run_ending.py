"""End a run: with its film's report, or with a state that says what happened and how to go on."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from prefect.client.schemas.objects import State
from prefect.exceptions import Pause
from prefect.states import Cancelled, Failed

from flows.prefect_logs import note
from flows.run_session import tell_unclosed
from flows.runs.left_open import close_tasks
from flows.runs.status import halted_from_outside, is_deployed, this_run
from flows.shot_mapping import SessionTasks
from studio.errors import BudgetSpent, DiskFull, EngineFailed, FilmError, Interrupted
from studio.forecast.out_of_budget import out_of_budget
from studio.model.paid import VendorError
from studio.sessions.session import Session


async def ending(tasks: SessionTasks, film: Awaitable[dict[str, object]]) -> dict[str, object] | State[Any]:
    """Await the film and return its report, or the state of a run that failed or was cancelled.

    In every case task runs that were left open are closed on the server.

    Raises:
        Pause: the run is suspended; its session says so.
    """
    try:
        return await film
    except Interrupted as stop:
        if (halted := halted_from_outside()) is not None:
            _suspend(tasks.session)
            raise Pause(state=halted) from stop
        return Cancelled(message=str(stop), data=stop)
    except Pause:
        _suspend(tasks.session)
        raise
    except FilmError as error:
        return _failed(tasks.session, error)
    finally:
        if (run := this_run()) is not None:
            tell_unclosed(close_tasks([run.id], but=tasks.ended))


def _suspend(session: Session) -> None:
    """Record in the session that its run was suspended, unless it waits for an approval, which it says already."""
    if not session.card_file.waits:
        session.card_file.suspend(datetime.now().isoformat(timespec="seconds"))
        note(f"this run was suspended; it goes on once it is resumed in Prefect, or: {session.control.go_on}")


def _failed(session: Session, error: FilmError) -> State[Any]:
    if isinstance(error, BudgetSpent):
        error = BudgetSpent(out_of_budget(session.folder, session.brief.terms.budget_usd, session.crew, str(error)))
    if isinstance(error, VendorError):
        # Whoever asks for the run's result builds the error again from its message alone: a `VendorError` needs more.
        error = EngineFailed(str(error))
    try:
        session.record_failure(str(error), datetime.now().isoformat(timespec="seconds"))
    except DiskFull as full:
        note(f"the failure could not be recorded: {full}")
    if isinstance(error, BudgetSpent):
        # The message says itself what to do: with the same budget the run would end here again.
        return Failed(message=f"{error}. Everything finished is kept.", data=error)
    retry = "retry this run, or " if is_deployed() else ""
    return Failed(
        message=f"{error}. Everything finished is kept; {retry}go on with: {session.control.go_on}", data=error
    )
