"""The flow that looks after the others: asked for by the server's alarm, carried out by any worker, soon over.

It stays until every run that it found under way has given a sign of life, or has been called what it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from prefect import flow
from prefect.logging import get_run_logger

from flows.prefect_logs import calm
from flows.runs.dead_runs import PENDING_SECONDS, SIGN_SECONDS, StateChange, Watch
from flows.runs.signs_of_life import signing

LONGEST_SECONDS = 2 * PENDING_SECONDS
"""After so long nothing is in doubt any more that could be decided."""


@flow(name="look-after-runs", description="Calls runs Crashed whose process is gone. Asked for where one fell silent.")
def look_after_runs() -> None:
    """Look whether runs of this program are dead, and call those Crashed that are."""
    calm()
    log = get_run_logger()
    with signing():
        for change in looked_after(Watch(), time.sleep):
            log.info(f"{change.run.name} is {change.state.name} now")


def looked_after(watch: Watch, rest: Callable[[float], None]) -> list[StateChange]:
    """Look until nobody's life is in doubt; return what was done.

    Args:
        rest: lets so many seconds pass.
    """
    changes = watch.glance()
    for _ in range(round(LONGEST_SECONDS / SIGN_SECONDS)):
        rest(SIGN_SECONDS)
        changes += watch.glance()
        if not watch.doubts:
            break
    return changes
