"""The laws of prices: dated, with sources, and never 0 for what is not known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studio.billing.prices import OWN, price_list
from studio.errors import BadInput
from tests.support.processor_time import at_most


def test_every_price_has_a_source_and_the_table_a_date() -> None:
    """A number without a source is a bug."""
    prices = price_list({})
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", prices.checked)
    assert all(price.source.startswith("https://") for price in prices.price)
    names = [(price.vendor, price.model) for price in prices.price]
    assert len(set(names)) == len(names)


def test_a_pinned_model_costs_what_its_family_does() -> None:
    """'gpt-image-2-2026-04-21' is 'gpt-image-2'."""
    prices = price_list({})
    usage = {"image out": 1000.0}
    assert prices.cost_usd("openai", "gpt-image-2-2026-04-21", usage) == pytest.approx(0.03)  # type: ignore[arg-type]


def test_a_pinned_model_may_have_a_price_of_its_own(tmp_path: Path) -> None:
    """What is named most exactly comes first, wherever it stands."""
    own = tmp_path / "own.toml"
    line = '[[price]]\nvendor = "v"\nmodel = "{}"\nper = {{"images" = {}}}\n'
    own.write_text(line.format("*", 3) + line.format("m", 2) + line.format("m-2026-04-21", 1))
    prices = price_list({"FILM_PRICES": str(own)})
    assert [prices.cost_usd("v", name, {"images": 1.0}) for name in ("m-2026-04-21", "m-2026-04-22", "n")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("gpt-9", {"text in": 1.0}),
        ("gpt-image-2", {"seconds": 1.0}),
        ("gpt-image-2", {}),
        ("gpt-image-2", {"text in": -1.0, "image out": 9.0}),
        ("gpt-image-2", {"image out": float("inf")}),
    ],
)
def test_what_is_not_known_is_none(model: str, usage: dict[str, float]) -> None:
    """An unknown model, an unknown unit, no usage at all, a count that no vendor bills: a sum never goes down."""
    assert price_list({}).cost_usd("openai", model, usage) is None  # type: ignore[arg-type]


def test_own_prices_come_first(tmp_path: Path) -> None:
    """A discount, a server of one's own, a model that is free."""
    own = tmp_path / "own.toml"
    own.write_text(
        'checked = 2027-01-01\n[[price]]\nvendor = "openai"\nmodel = "gpt-image-2"\nper = {"image out" = 0.001}\n'
        '[[price]]\nvendor = "my.host"\nmodel = "*"\nfree = true\n'
    )
    prices = price_list({"FILM_PRICES": str(own)})
    assert prices.checked == "2027-01-01"
    assert prices.cost_usd("openai", "gpt-image-2", {"image out": 2.0}) == pytest.approx(0.002)
    assert prices.cost_usd("my.host", "anything", {"text in": 5.0}) == 0.0
    assert prices.cost_usd("stability", "core", {"images": 1.0}) == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("price = 3", "price"),
        ("[[price]", "not TOML"),
        ('[[price]]\nvendor="v"\nmodel="m"', "say `per`"),
        ('[[price]]\nvendor="v"\nmodel="m"\nper={"images"=-1}', "price 1: the price of images is not a number"),
        ('[[price]]\nvendor="v"\nmodel="m"\nper={"images"=nan}', "the price of images"),
        ('[[price]]\nvendor="v"\nmodel="m"\nper={"images"=1e6}', "from 0 to 1,000,000"),
        ('[[price]]\nvendor="v"\nmodel="m"\nper={"loaves"=1}', "price 1, per, loaves: no unit of that name"),
        ('[[price]]\nvendor="v"\nfree=true', "price 1, model: it is missing"),
        ('[[price]]\nvendor="v"\nmodel="m"\nfree=true\ncost=2', "price 1, cost: nothing of that name is known here"),
        ('[[price]]\nvendor="v"\nmodel="m"\nper={"images"="x"}', "price 1, per, images: expected a number"),
        ('[[price]]\nvendor="v"\nmodel=1\nfree=true', "price 1, model: expected a text"),
        ("price = 3", "expected tables that begin with [[price]]"),
        ("", "holds no price"),
        ('checked = "2026-01-01"', "holds no price"),
    ],
)
def test_a_wrong_list_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """It names the file and what is wrong in it."""
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        price_list({"FILM_PRICES": str(own)})
    assert "own.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_list_is_one_line(tmp_path: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadInput, match="cannot read"):
        price_list({"FILM_PRICES": str(tmp_path / "none.toml")})


@pytest.mark.parametrize(
    "text",
    [
        "checked = " + "9" * 5_000,
        "checked = -" + "9" * 4_301,
        "a = 1e" + "9" * 5_000,
        "a = " + "[" * 5_000,
        "a = " + "{b = " * 5_000,
        "a" + ".a" * 20_000 + " = 1",
        "[a" + ".a" * 20_000 + "]",
        "x" * 1_000_001,
        "[[price]]\nvendor = 1_" + "1_" * 4_000 + "1",
    ],
    ids=[
        "digits",
        "a negative one",
        "an exponent",
        "lists",
        "tables",
        "a key",
        "a heading",
        "a megabyte",
        "in a price",
    ],
)
def test_a_list_that_costs_its_reader_is_one_line(tmp_path: Path, text: str) -> None:
    """Numbers, nesting and keys without end are refused in a line, before they take time or memory."""
    path = tmp_path / "prices.toml"
    path.write_text(text, "utf-8")
    with at_most(1.0), pytest.raises(BadInput, match=OWN) as refused:
        price_list({OWN: str(path)})
    assert len(str(refused.value)) < 500
