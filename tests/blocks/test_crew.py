"""The block Crew: what it refuses, and that it quotes no secret in doing so."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from blocks.crew import FilmCrew, crew_named
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.painter import OpenAIPainter
from blocks.stability_api.account import StabilityAccount
from studio.errors import BadInput
from studio.model.engine_plugin import ROLES, Role

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


@pytest.mark.parametrize("role", ROLES)
def test_an_engine_that_is_not_installed_is_named_with_those_that_are(role: Role) -> None:
    """A block that names an engine which was uninstalled gets nobody else's; the message lists what there is."""
    crew = FilmCrew(stability=ACCOUNT).model_copy(update={role: "newcomer"})
    with pytest.raises(BadInput, match=rf"no {role} 'newcomer': choose one of offline") as failed:
        crew.as_crew("mine")
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"painter": {"steps": 30}}, "settings of painter 'openai': steps: "),
        ({"painter": {"quality": "splendid"}}, "settings of painter 'openai': quality: "),
        ({"composer": {"key": "sk-secret"}}, "settings of composer 'offline': key: "),
    ],
)
def test_a_setting_that_does_not_exist_is_refused_when_hired(settings: Any, told: str) -> None:
    """In one line, which names role, engine and setting and quotes no value."""
    crew = FilmCrew(painter="openai", openai=OpenAIAccount(api_key=SecretStr("sk-1")), settings=settings)
    with pytest.raises(BadInput) as failed:
        crew.as_crew("mine")
    assert told in str(failed.value)
    assert "\n" not in str(failed.value)
    assert "secret" not in str(failed.value)


def test_settings_go_to_the_engine() -> None:
    """What the block has no field for reaches the engine; what it has is overruled by them."""
    account = OpenAIAccount(api_key=SecretStr("sk-1"))
    crew = FilmCrew(painter="openai", openai=account, settings={"painter": {"quality": "low"}}).as_crew("mine")
    assert isinstance(crew.painter, OpenAIPainter)
    assert (crew.painter.quality, crew.painter.name, crew.painters) == ("low", "gpt-image-2", crew.limits.at_once)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"longest_px": 5}, "longest_px: must be 256 to 3840"),
        ({"at_once": "many"}, "at_once: must be a whole number"),
        ({"openai": {"api_key": "sk-secret and more"}}, "openai.api_key: it holds a space"),
        ({"portraits": "sk-secret"}, "portraits: must be true or false"),
    ],
)
def test_a_saved_block_that_does_not_validate_is_told(
    fields: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field that cannot be used, say after an upgrade, is named with what it must be, and never quoted."""

    def load(name: str, **_: Any) -> FilmCrew:
        try:
            return FilmCrew.model_validate(fields)
        except ValidationError as error:
            # As Prefect does (`Block._load_from_block_document`).
            raise RuntimeError(f"Unable to load {name!r} due to failed validation") from error

    monkeypatch.setattr(FilmCrew, "load", load)
    with pytest.raises(
        BadInput, match=r"^--crew mine: correct the block film-crew/mine on the Prefect pages: "
    ) as caught:
        crew_named("mine")
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
