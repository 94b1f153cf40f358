"""A person's own prices, as TOML."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path

from studio.billing import prices
from studio.billing.prices import OWN, price_list
from studio.model.price import MOST_USD
from tests.fuzz.judge import stretched

_room = tempfile.TemporaryDirectory(prefix="fuzz-prices-")
_ours = price_list({})
_number = count()


def check(data: bytes) -> None:
    """Prices that read come before ours, and each is a number from 0 on, or free."""
    number = next(_number)
    if number % 1_000 == 0:
        prices._read.cache_clear()
    # Another name each time: a list is read once, and so are our own prices.
    path = Path(_room.name) / f"{number}.toml"
    path.write_bytes(stretched(data).encode("utf-8", "surrogateescape"))
    try:
        found = price_list({OWN: str(path)})
    finally:
        path.unlink()
    assert found.price[-len(_ours.price) :] == _ours.price
    for price in found.price:
        assert price.free or price.per
        assert all(0 <= each < MOST_USD for each in price.per.values())
        cost = price.of({unit: 2.0 for unit in price.per})
        assert cost is not None
        assert cost >= 0
