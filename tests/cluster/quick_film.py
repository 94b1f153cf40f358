"""The film flow with the counted crew, of `tests/support/films/deployed_fake.py`, that signs six times as often.

A watch whose clock runs six times as fast then sees what it would see in six times as long.
"""

from __future__ import annotations

from flows.runs import dead_runs, signs_of_life
from tests.support.films.deployed_fake import make_film

__all__ = ["FASTER", "make_film"]

FASTER = 6.0
"""How many times as fast everything goes that has to do with signs of life."""

signs_of_life.SIGN_SECONDS = dead_runs.SIGN_SECONDS / FASTER
