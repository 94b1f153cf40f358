"""The flow as a worker loads it, made by the counted crew: FILM_TEST_LOG names the file that tells its calls, and of
FILM_TEST_SLOW, 'image 2', every call takes so many seconds, or of 'fail:image 0' fails."""

from __future__ import annotations

import os
from pathlib import Path

import blocks.crew
from flows.make_film import make_film
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filmed import hooked

__all__ = ["make_film"]

if "FILM_TEST_LOG" in os.environ:
    kind, _, seconds = os.environ.get("FILM_TEST_SLOW", "nothing 0").partition(" ")
    log = Log(path=Path(os.environ["FILM_TEST_LOG"]), hook=hooked(kind, float(seconds)))
    blocks.crew.CREWS["offline"] = lambda: fake_crew(log)
