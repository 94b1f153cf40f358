"""What a film may cost, and what becomes of a prompt that a vendor refuses: said by a person, kept in the brief.

Terms shape no piece and are in no fingerprint: saying others goes on with the same film.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OnRefusal = Literal["fail", "slate"]

MOST_BUDGET_USD = 100_000.0


class Terms(BaseModel):
    """The terms of a session; None leaves things as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_usd: float | None = Field(default=None, ge=0, le=MOST_BUDGET_USD, allow_inf_nan=False)
    on_refusal: OnRefusal | None = None

    def after(self, said: Terms) -> Terms:
        """Return these terms with what was said instead."""
        return Terms(**{**self.model_dump(), **said.model_dump(exclude_none=True)})


UNSAID = Terms()
"""Nothing was said."""
