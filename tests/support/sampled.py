"""Parametrize tests so that `make test` runs a few values, and `make test-all` the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def sampled(
    names: str | tuple[str, ...], values: Iterable[Any], quick: int = 1, ids: Callable[[Any], str] | None = None
) -> pytest.MarkDecorator:
    """Parametrize a test; values after the first `quick` ones are marked as thorough.

    Args:
        names: one name, or several, and then each value is a tuple, as for `pytest.mark.parametrize`.
        ids: returns the name of a value.
    """
    sets = []
    for place, value in enumerate(values):
        parts = (value,) if isinstance(names, str) else tuple(value)
        marks = () if place < quick else (pytest.mark.thorough,)
        sets.append(pytest.param(*parts, marks=marks, id=ids(value) if ids else None))
    return pytest.mark.parametrize(names, sets)
