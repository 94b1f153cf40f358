"""The flow as a worker loads it, made by the counted crew: FILM_TEST_LOG names the file that tells its calls."""

from __future__ import annotations

import os
from pathlib import Path

import blocks.crew
from flows.make_film import make_film
from tests.fake_crew import Log, fake_crew

__all__ = ["make_film"]

if "FILM_TEST_LOG" in os.environ:
    blocks.crew.CREWS["offline"] = lambda: fake_crew(Log(path=Path(os.environ["FILM_TEST_LOG"])))
