"""The flow with the counted crew, in a form that a worker can load.

FILM_TEST_LOG names the file to which its calls are written. With FILM_TEST_SLOW 'image 2' every call for an image takes
2 s; with 'fail:image 0' it fails.
"""

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
