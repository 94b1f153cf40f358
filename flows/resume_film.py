"""The flow behind the form that goes on with a session: a session, and what may be said anew about its costs.

Its runs are runs of `make-film`, which it is but for the form.
"""

from __future__ import annotations

from typing import Any

from prefect import flow

from flows import parameters as p
from flows.callable_flows import REPORTED, callable_anywhere
from flows.form import asking_for
from flows.make_film import NAME, make_film


@asking_for()
@callable_anywhere
@flow(name=NAME, description="A session in, its finished film out: only what is missing is made.", **REPORTED)
async def resume_film(
    session_id: p.ItsSession,
    approve: p.Approve = "no",
    budget_usd: p.BudgetUsd = None,
    on_refusal: p.OnRefusal = None,
    on_ambiguous: p.OnAmbiguous = "stop",
    output: p.Output = None,
    on: p.On = p.THREADS,
) -> Any:
    """Go on with a session as it was asked for, or cut its film anew after an edit.

    Returns the film's report, or fails, as `make_film` does.
    """
    return await make_film.fn(
        session_id=session_id,
        approve=approve,
        budget_usd=budget_usd,
        on_refusal=on_refusal,
        on_ambiguous=on_ambiguous,
        output=output,
        on=on,
    )
