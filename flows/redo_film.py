"""The flow behind the form that redoes shots of a film: a session, which shots, and what is to be different.

Its runs are runs of `make-film`, which it is but for the form and the change of the plan before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect import flow
from prefect.states import Failed

from flows import parameters as p
from flows.callable_flows import REPORTED, callable_anywhere
from flows.form import asking_for
from flows.make_film import NAME, make_film
from flows.prefect_logs import logged, note
from flows.runs.status import this_run
from studio.directing.director import direct, own_brief, read_plan
from studio.directing.edits import Redo, redo, redo_words
from studio.errors import FilmError
from studio.planning.shots_named import shots_named
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.display import printable


@asking_for()
@callable_anywhere
@flow(name=NAME, description="A session and some of its shots in, the film with new takes of them out.", **REPORTED)
async def redo_film(
    session_id: p.ItsSession,
    shots: p.RedoShots = "",
    stage: p.RedoWhat = "image",
    notes: p.RedoNotes = "",
    prompt: p.RedoPrompt = "",
    approve: p.Approve = "no",
    budget_usd: p.BudgetUsd = None,
    on_refusal: p.OnRefusal = None,
    on_ambiguous: p.OnAmbiguous = "stop",
    output: p.Output = None,
    on: p.On = p.THREADS,
) -> Any:
    """Make new takes of some shots of a film, and cut it again; the earlier takes are kept.

    A run that is tried again goes on with its takes, and asks for no further ones.

    Returns the film's report, or fails, as `make_film` does.
    """
    with logged():
        try:
            _direct(session_id, shots, Redo(stage, printable(prompt), printable(notes)), output)
        except FilmError as error:
            # Nothing was changed: the message says what to do.
            return Failed(message=str(error), data=error)
    return await make_film.fn(
        session_id=session_id,
        approve=approve,
        budget_usd=budget_usd,
        on_refusal=on_refusal,
        on_ambiguous=on_ambiguous,
        output=output,
        on=on,
    )


def _direct(session_id: str, shots: str, asked: Redo, output: str | None) -> None:
    folder = find_session(sessions_root(output_folder(output)), session_id)
    numbers = shots_named(shots, len(read_plan(folder, own_brief(folder)).shots))
    run, now = this_run(), datetime.now().isoformat(timespec="seconds")
    words = redo_words(asked, numbers)
    direct(folder, redo(asked, numbers), "redo", words, now, note, str(run.id) if run else "")
    note(f"{words}: noted in the plan")
