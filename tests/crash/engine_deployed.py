"""The flow as a worker loads it, made by the crew that takes its time: FILM_CRASH_TOLD names 'FOLDER:NUMBER'."""

from __future__ import annotations

import os
from pathlib import Path

from flows.make_film import make_film
from tests.crash.engine_child import Told, slow_crew, tell_for_good

__all__ = ["make_film"]

if "FILM_CRASH_TOLD" in os.environ:
    folder, _, number = os.environ["FILM_CRASH_TOLD"].rpartition(":")
    slow_crew()
    tell_for_good(Told(Path(folder), int(number)))
