"""Say what finishing a session would cost, for a run that ends because its budget is used up."""

from __future__ import annotations

import math
from pathlib import Path

from studio.billing.calls import read_calls, spent_usd
from studio.errors import FilmError
from studio.forecast.forecast import forecast_session
from studio.forecast.quote import Estimate
from studio.model.engines import Crew
from studio.status.snapshot import Snapshot, read_snapshot
from studio.store.brief import read_brief
from studio.text.command_hints import command
from studio.text.display import dollars

STEP_USD = 0.1
"""The step, in US dollars, to which a proposed budget is rounded up."""


def finishing_usd(folder: Path, crew: Crew) -> tuple[float, float, int]:
    """Return what finishing the session would cost, in US dollars: (lowest, highest, calls of unknown price besides).

    Raises:
        BrokenPlan: a plan does not validate: a run would stop.
    """
    total = forecast_session(folder, read_brief(folder), crew).total
    return total.low, total.high, total.unknown


def out_of_budget(folder: Path, budget_usd: float | None, crew: Crew, reason: str) -> str:
    """Return the message for a run that would exceed its budget: what was spent, what is missing, what finishing costs.

    Args:
        reason: the ledger's message on why the run stopped; returned if the rest cannot be found out.
    """
    if budget_usd is None:
        return reason
    try:
        low, high, unknown = finishing_usd(folder, crew)
    except FilmError:
        return reason
    spent, _ = spent_usd(read_calls(folder))
    facts = read_snapshot(folder)
    missing = _missing(facts) if facts else ""
    needed = f"{math.ceil((spent + high) / STEP_USD - 1e-9) * STEP_USD:.2f}"
    go_on = command("resume", folder.name, folder.parent.parent, "--budget-usd", needed)
    more = f", and {unknown} calls whose price is not known" if unknown else ""
    return (
        f"the budget of {dollars(budget_usd)} would be exceeded: {dollars(spent)} spent; {missing}finishing costs "
        f"{range_text(Estimate(low, high))} more{more}: {go_on}"
    )


def range_text(estimate: Estimate) -> str:
    """Return an estimate as text: 'about $7.00', 'about $5.20 to $7.00'."""
    low, high = dollars(estimate.low), dollars(estimate.high)
    return f"about {high}" if low == high else f"about {low} to {high}"


def _missing(facts: Snapshot) -> str:
    if not facts.shots:
        return "the shots are not planned yet; "
    counts = {
        "picture": sum(shot.image is None for shot in facts.shots),
        "line": sum(shot.line is None for shot in facts.shots),
        "clip": sum(shot.clip is None for shot in facts.shots),
    }
    told = [f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items() if count]
    if not told:
        return ""
    listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return f"{listed} {'is' if told == [told[0]] and told[0].startswith('1 ') else 'are'} missing; "
