"""What a film may cost, and what becomes of a prompt that a vendor refuses: said by a person, kept in the brief.

Terms shape no piece and are in no fingerprint: saying others goes on with the same film.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

OnRefusal = Literal["fail", "slate"]

MOST_BUDGET_USD = 100_000.0


LIFTED: Literal["none"] = "none"
"""Said instead of a number it lifts a budget; it is never kept."""

Dollars = Annotated[float, Field(ge=0, le=MOST_BUDGET_USD, allow_inf_nan=False)]
Budget = Dollars | Literal["none"]


class Terms(BaseModel):
    """The terms of a session, as they are kept: None is no limit, and the usual."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_usd: Dollars | None = None
    on_refusal: OnRefusal | None = None

    def after(self, said: TermsChange) -> Terms:
        """Return these terms with what was said instead."""
        kept = Terms(**{**self.model_dump(), **said.model_dump(exclude_none=True, exclude={"budget_usd"})})
        if said.budget_usd is None:
            return kept
        return kept.model_copy(update={"budget_usd": None if said.budget_usd == LIFTED else said.budget_usd})

    def changed(self, before: Terms) -> str:
        """Return what became of an earlier budget, in one line; '' where there was none, or it is the same."""
        if before.budget_usd is None or before.budget_usd == self.budget_usd:
            return ""
        lifted = "lifted: nothing limits what it may cost"
        now = lifted if self.budget_usd is None else f"{_exactly(self.budget_usd)} now"
        return f"the budget of {_exactly(before.budget_usd)} is {now}"


def _exactly(usd: float) -> str:
    """Return a budget as it was said, so that two that differ never look the same: '$2.00', '$0.0000125'."""
    cents = f"{usd:.2f}"
    return f"${cents}" if float(cents) == usd else f"${Decimal(repr(usd)):f}"


class TermsChange(BaseModel):
    """What was said of the terms; None leaves things as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_usd: Budget | None = None
    on_refusal: OnRefusal | None = None


UNSAID = Terms()
"""Nothing is kept."""
NOTHING_SAID = TermsChange()
