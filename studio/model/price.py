"""The price of a model: dollars for each unit that its vendor bills. Pure."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from studio.model.frozen_model import FrozenModel
from studio.model.paid import Unit, Usage

MOST_USD = 1e6
"""Highest price of a unit, in dollars; a higher one must be a mistake."""


class Price(FrozenModel):
    """A model's price: dollars per unit, or free; `model` is '*' for any model of the vendor."""

    vendor: str
    model: str
    per: dict[Unit, float] = Field(default_factory=dict)
    free: bool = False
    source: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Price:
        if bool(self.per) == self.free:
            raise ValueError("say `per` with a price for each unit, or `free = true`")
        if wrong := next((unit for unit, each in self.per.items() if not 0 <= each < MOST_USD), None):
            raise ValueError(f"the price of {wrong} is not a number from 0 to {MOST_USD:,.0f}")
        return self

    def of(self, usage: Usage) -> float | None:
        """Return what `usage` costs in US dollars; None if it is empty, or a unit has no price or a count below 0."""
        if self.free:
            return 0.0
        if not usage or any(unit not in self.per or not 0 < count < math.inf for unit, count in usage.items() if count):
            return None
        return sum(self.per[unit] * count for unit, count in usage.items() if count)
