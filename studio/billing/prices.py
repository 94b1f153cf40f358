"""What calls cost: this program's table `prices.toml`, and a person's own file, whose prices come first.

A price that is not known is None, never 0. Every sum is in US dollars.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from studio.errors import BadInput
from studio.input.text_files import read_text
from studio.model.frozen_model import FrozenModel
from studio.model.paid import Usage
from studio.model.price import Price
from studio.text.plain_toml import NotToml, read_toml
from studio.text.wrong_values import wrong_values

TABLE = Path(__file__).with_name("prices.toml")
OWN = "FILM_PRICES"
"""The environment variable that names a person's own price file."""
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
"""The date in the name of a pinned model: 'gpt-image-2-2026-04-21' costs what 'gpt-image-2' does."""


class PriceList(FrozenModel):
    """A table of prices and the day it was checked: '2026-11-22', '' if a person's own file does not say."""

    checked: str = ""
    price: tuple[Price, ...] = ()

    def with_more(self, prices: tuple[Price, ...]) -> PriceList:
        """Return this list with these prices after its own, which count first."""
        return self.model_copy(update={"price": (*self.price, *prices)}) if prices else self

    def cost_usd(self, vendor: str, model: str, usage: Usage) -> float | None:
        """Return what a call of this usage costs in US dollars; None if that is not known."""
        for name in (model, _DATED.sub("", model), "*"):
            for price in self.price:
                if (price.vendor, price.model) == (vendor, name):
                    return price.of(usage)
        return None


def price_list(environment: Mapping[str, str] = os.environ) -> PriceList:
    """Return the prices in force: a person's own before those of this program.

    Raises:
        BadInput: the file that FILM_PRICES names cannot be read, is not a price list, or holds no price.
    """
    own = environment.get(OWN, "")
    ours = _read(TABLE)
    if not own:
        return ours
    theirs = _read(Path(own).expanduser())
    if not theirs.price:
        raise BadInput(f"{OWN}: {own!r} holds no price: write tables that begin with [[price]], or unset {OWN}")
    return PriceList(checked=theirs.checked or ours.checked, price=(*theirs.price, *ours.price))


@cache
def _read(path: Path) -> PriceList:
    try:
        table = read_toml(read_text(path, OWN))
        return PriceList.model_validate({**table, "checked": str(table.get("checked", ""))})
    except NotToml as error:
        raise BadInput(f"{OWN}: {str(path)!r} {error}") from error
    except ValidationError as error:
        first = wrong_values(error, PriceList)[0]
        words = [f"price {part + 1}" if isinstance(part, int) else part for part in first.place]
        where = ", ".join(word for word in words if word not in ("price", "[key]")) or "price"
        raise BadInput(f"{OWN}: {str(path)!r}: {where}: {_words(first.kind, first.reason)}") from error


_AS_TOML = {
    "missing": "it is missing",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "extra_forbidden": "nothing of that name is known here",
    "string_type": "expected a text: put quotes around it",
    "dict_type": 'expected a table, for example per = { "images" = 0.04 }',
    "tuple_type": "expected tables that begin with [[price]]",
    "model_type": "expected a table",
}
"""What is wrong, by pydantic's error types, where it is written otherwise than elsewhere."""


def _words(kind: str, reason: str) -> str:
    if kind == "literal_error":
        return f"no unit of that name is known: {reason.replace('must be', 'say')}"
    return _AS_TOML.get(kind) or reason
