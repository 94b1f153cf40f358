"""Fixtures of the flows' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.films.film_command import Film


@pytest.fixture
def film(tmp_path: Path, server: str) -> Iterator[Film]:
    film = Film(tmp_path, server)
    yield film
    film.end()
