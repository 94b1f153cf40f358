"""How amounts are told, and what finishing and a budget leave: what is not nothing never looks like nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.billing.prices import PriceList
from studio.billing.totals import Tally, cost_text
from studio.forecast.forecast_model import Forecast, Step
from studio.forecast.quote import Estimate, Quoter
from studio.model.brief import Brief, FilmOptions
from studio.model.paid import Request
from studio.text.display import dollars


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (0.0, "$0.00"),
        (0.00001, "under $0.0001"),
        (1e-9, "under $0.0001"),
        (1e-17, "$0.00"),
        (0.00005, "$0.0001"),
        (0.0462, "$0.0462"),
        (0.04, "$0.04"),
        (0.1 + 0.2, "$0.30"),
        (1.2345, "$1.23"),
        (7.0, "$7.00"),
    ],
)
def test_an_amount_is_told_to_the_cent_or_as_small_as_it_is(usd: float, said: str) -> None:
    """Cents from a dollar on, four digits below it, and less than those by words."""
    assert dollars(usd) == said


def test_calls_of_unknown_price_are_told_beside_the_sum() -> None:
    """One and many."""
    assert cost_text(Tally(3, 0.1, 1)) == "$0.10 and 1 call of unknown price"
    assert cost_text(Tally(3, 0.1, 2)) == "$0.10 and 2 calls of unknown price"


def test_what_a_budget_leaves_at_worst_and_at_best() -> None:
    """Less what was spent and the upper end; less what was spent and the lower one."""
    brief = Brief(idea="?", options=FilmOptions(), seed=0, started_at="", version="")
    step = Step("images", 1, True, "new", Estimate(0.1, 0.3))
    found = Forecast(brief, "c", (step, step), 2, False, "", spent_usd=0.5, budget_usd=1.0)
    assert found.left_usd() == (pytest.approx(-0.1), pytest.approx(0.3))
    assert replace(found, budget_usd=None).left_usd() is None


def test_a_quote_is_a_range_from_what_is_likely_to_the_most() -> None:
    """The lower end is never above the upper one, whatever an adapter takes for likely."""
    prices = PriceList.model_validate({"price": [{"vendor": "v", "model": "m", "per": {"text out": 0.01}}]})
    quoter = Quoter(prices, None)  # type: ignore[arg-type]  # writes nothing here
    for likely, low in (({"text out": 4.0}, 0.04), ({"text out": 99.0}, 0.1)):
        found = quoter._priced(Request("v", "v", "m", "text", "0" * 64, {"text out": 10.0}, likely))  # type: ignore[arg-type]
        assert (found.low, found.high) == (pytest.approx(low), pytest.approx(0.1))
