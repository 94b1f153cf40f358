"""Terms: what a film may cost, and what happens when a vendor refuses a prompt.

A person sets them, and the brief keeps them. They change no piece and are in no fingerprint: with other terms a run
goes on with the same film.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

OnRefusal = Literal["fail", "slate"]

MOST_BUDGET_USD = 100_000.0


LIFTED: Literal["none"] = "none"
"""The word that, given instead of a number, lifts a budget; it is never stored."""

Dollars = Annotated[float, Field(ge=0, le=MOST_BUDGET_USD, allow_inf_nan=False)]
Budget = Dollars | Literal["none"]


class Terms(BaseModel):
    """The terms of a session, as the brief keeps them. None: no limit, or the default behaviour on a refusal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_usd: Dollars | None = None
    on_refusal: OnRefusal | None = None

    def with_changes(self, said: TermsChange) -> Terms:
        """Return these terms with the changes applied."""
        kept = Terms(**{**self.model_dump(), **said.model_dump(exclude_none=True, exclude={"budget_usd"})})
        if said.budget_usd is None:
            return kept
        return kept.model_copy(update={"budget_usd": None if said.budget_usd == LIFTED else said.budget_usd})

    def changed(self, before: Terms) -> str:
        """Return in one line how the earlier budget changed; '' if there was none, or it is the same."""
        if before.budget_usd is None or before.budget_usd == self.budget_usd:
            return ""
        lifted = "lifted: nothing limits what it may cost"
        now = lifted if self.budget_usd is None else f"{_exactly(self.budget_usd)} now"
        return f"the budget of {_exactly(before.budget_usd)} is {now}"


def _exactly(usd: float) -> str:
    """Return a budget with all its digits, so that two different ones never look the same: '$2.00', '$0.0000125'."""
    cents = f"{usd:.2f}"
    return f"${cents}" if float(cents) == usd else f"${Decimal(repr(usd)):f}"


class TermsChange(BaseModel):
    """A change of terms, as a person asked for it; None leaves a term as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_usd: Budget | None = None
    on_refusal: OnRefusal | None = None


NO_TERMS = Terms()
"""The terms of a session where nobody set any."""
NO_CHANGE = TermsChange()
