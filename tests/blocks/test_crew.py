"""The block Crew: what it refuses, and that it quotes no secret in doing so."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from blocks.crew import FilmCrew
from blocks.stability_api.account import StabilityAccount
from studio.errors import BadInput

ACCOUNT = StabilityAccount(api_key=SecretStr("sk-stability-0123"))


@pytest.mark.parametrize(
    "accounts",
    [
        {"openai": {"api_key": "sk-very secret"}},
        {"openai": {"headers": {"X Y": "very secret"}}},
        {"stability": {"api_key": "sk-very secret"}},
        {"stability": {"api_key": "sk-verysecret", "rest_url": "no"}},
    ],
)
def test_an_account_that_is_refused_is_not_quoted(accounts: dict[str, Any]) -> None:
    """A key with a slip stands in no error of the block that holds its account."""
    with pytest.raises(ValidationError) as failed:
        FilmCrew.model_validate(accounts)
    assert "secret" not in str(failed.value) + repr(failed.value)


@pytest.mark.parametrize("painter", ["stability", "stability-grpc"])
def test_a_style_that_does_not_exist_is_refused_when_hired(painter: str) -> None:
    """Not at the first picture, when the plans are paid for already; the message lists those that do."""
    crew = FilmCrew.model_validate({"painter": painter, "stability": ACCOUNT, "style_preset": "cinematographic"})
    with pytest.raises(BadInput, match=r"style 'cinematographic'.*cinematic"):
        crew.as_crew("mine")
    assert crew.model_copy(update={"style_preset": "cinematic"}).as_crew("mine").painter.engine == "stability"


def test_a_service_that_does_not_exist_is_refused_when_hired() -> None:
    """A service of Stability's is one of a few."""
    with pytest.raises(BadInput, match=r"service 'sd4'.*sd3.5-large"):
        FilmCrew(painter="stability", stability=ACCOUNT, painter_model="sd4").as_crew("mine")


@pytest.mark.parametrize("role", ["writer", "painter", "narrator"])
def test_a_vendor_without_a_branch_gets_nobody_elses_engine(role: str) -> None:
    """A vendor that was added to the names only is an error, not another vendor's engine."""
    crew = FilmCrew(stability=ACCOUNT).model_copy(update={role: "newcomer"})
    with pytest.raises(AssertionError, match="newcomer"):
        crew.as_crew("mine")
