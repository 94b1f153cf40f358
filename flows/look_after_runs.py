"""The flow that finds runs whose process is gone: begun by the server's alarm, run by any worker, soon over.

It ends once every run that it found under way has given a sign of life, or has been called `Crashed` or `Cancelled`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from prefect import flow
from prefect.logging import get_run_logger

from flows.prefect_logs import quieten_prefect
from flows.runs.dead_runs import PENDING_SECONDS, SIGN_SECONDS, StateChange, Watch
from flows.runs.signs_of_life import signing

LONGEST_SECONDS = 2 * PENDING_SECONDS
"""How long a look lasts at most: after that, whatever can be decided has been decided."""


@flow(name="look-after-runs", description="Calls runs Crashed whose process is gone. Begun when a run falls silent.")
def look_after_runs() -> None:
    """Check whether the processes of this program's runs are gone, and set those runs to Crashed."""
    quieten_prefect()
    log = get_run_logger()
    with signing():
        for change in looked_after(Watch(), time.sleep):
            log.info(f"{change.run.name} is {change.state.name} now")


def looked_after(watch: Watch, rest: Callable[[float], None]) -> list[StateChange]:
    """Look until no run is in doubt, for `LONGEST_SECONDS` at most; return what was changed.

    Args:
        rest: sleeps for the given seconds.
    """
    changes = watch.look_if_due()
    for _ in range(round(LONGEST_SECONDS / SIGN_SECONDS)):
        rest(SIGN_SECONDS)
        changes += watch.look_if_due()
        if not watch.doubts:
            break
    return changes
