"""Which fonts would draw what was not drawn."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from studio.lettering import font_packages
from studio.lettering.font_packages import EXTRAS, remedy_for


def test_every_extra_is_one_of_the_package() -> None:
    """What is told to be installed can be."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))["project"]
    assert {extra.name for extra in EXTRAS} <= project["optional-dependencies"].keys()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("\u6700\u5f8c\u306e",), "[cjk]"),
        (("\u0645\u0646\u0627\u0631\u0629", "\u0e40"), "[arabic,thai]"),
        (("\ud55c", "x"), "[cjk]"),
        (("\U0001f98a",), ""),
        ((), ""),
    ],
)
def test_the_command_names_the_scripts_of_the_lost_words(
    words: tuple[str, ...], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost words name their extras and no others; what no extra draws names none."""
    monkeypatch.setattr(font_packages, "lacking_extras", lambda: EXTRAS)
    said = remedy_for(words)
    assert said == (f".venv/bin/python -m pip install -e '.{named}'" if named else "")


def test_what_is_there_is_not_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extra whose font is at hand is no remedy."""
    monkeypatch.setattr(font_packages, "drawable", lambda letter: (letter, ""))
    assert remedy_for(("\u6700",)) == ""
