"""The models of a forecast: the steps of a run and their sum. Made by `studio/forecast/forecast.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from studio.billing.calls import Call
from studio.forecast.quote import FREE, Estimate
from studio.model.brief import Brief
from studio.model.film import Stage
from studio.store.reuse_or_make import Why


@dataclass(frozen=True)
class Step:
    """One piece: whether it would be made, why, and what it would cost; `paid_usd` is what a used piece has cost."""

    stage: Stage
    index: int
    made: bool
    why: Why
    estimate: Estimate = FREE
    paid_usd: float = 0.0


@dataclass(frozen=True)
class Forecast:
    """What a run would do.

    Attributes:
        shots: how many there are, or will be.
        about: whether the shots are not planned yet, so that their number and words are the stand-in writer's guess.
        prices: the day the prices were checked.
        session_id: '' for a new film.
        spent_usd: what was or may have been spent; `spent_unknown` is how many calls of unknown price are not in it.
        budget_usd: None for no limit.
        notes: where the crew will not do exactly what is asked, one line each.
        lost: calls that were cut off: a run makes their pieces only after somebody agreed to pay again.
    """

    brief: Brief
    crew: str
    steps: tuple[Step, ...]
    shots: int
    about: bool
    prices: str
    session_id: str = ""
    spent_usd: float = 0.0
    spent_unknown: int = 0
    budget_usd: float | None = None
    lost: tuple[Call, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Estimate:
        """What finishing the film would cost."""
        return reduce(Estimate.plus, (step.estimate for step in self.steps), FREE)

    def left_usd(self) -> tuple[float, float] | None:
        """Return what would be left of the budget in US dollars, (at worst, at best); None if there is no budget.

        Negative if the budget is too small.
        """
        if self.budget_usd is None:
            return None
        left, total = self.budget_usd - self.spent_usd, self.total
        return left - total.high, left - total.low
