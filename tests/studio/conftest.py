"""Fixtures of the domain's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sessions.store_bench import StoreBench


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FILM_OUTPUT", "FILM_FROM_MAKE", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def bench(tmp_path: Path) -> StoreBench:
    return StoreBench(tmp_path)
