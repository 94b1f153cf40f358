"""Fixtures for the tests of `film plan`: a finished film of a paid painter, to be copied, and the prices it cost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.films.filming import PRICES, PaidPainter, filmed, opened, paid_crew


@pytest.fixture(autouse=True)
def prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES, "utf-8")
    monkeypatch.setenv("FILM_PRICES", str(path))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PaidPainter]:
    """Return the folder of a finished film, to be copied, and its painter."""
    output = tmp_path_factory.mktemp("film")
    (output / "prices.toml").write_text(PRICES, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FILM_PRICES", str(output / "prices.toml"))
        painter, folder = PaidPainter(), opened(output)
        filmed(folder, paid_crew(painter))
    return folder, painter


@pytest.fixture
def film(finished: tuple[Path, PaidPainter], tmp_path: Path) -> Path:
    """Return the folder of a copy of the finished film."""
    folder = tmp_path / "output" / "sessions" / finished[0].name
    shutil.copytree(finished[0], folder)
    return folder
