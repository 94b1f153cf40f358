"""Keep within bounds what Prefect holds in memory of the tasks of a long film.

Two things grow with the tasks of a run. Every state of a task is an event, which waits in this process for a thread
that sends it; tasks that are found finished take no time, and beside them that thread does not keep up. And Prefect
remembers of every result, and of every field of it, which task gave it. From shot 200 to shot 1,000, all cached, these
took 85 MB. `flows/shot_mapping.py` tells this of every task that ended.
"""

from __future__ import annotations

import threading

from prefect.context import FlowRunContext
from prefect.events.worker import EventsWorker

TASKS = 60
"""After so many tasks their events are waited for: three a task, each some 17 kB with what it holds on to."""
PATIENCE_SECONDS = 10.0
"""How long that may take: a server that is gone stops no film."""


class BoundedMemory:
    """Counts the tasks of one mapping that ended, and after every `TASKS` lets Prefect forget them."""

    def __init__(self) -> None:
        self._tasks = 0
        self._sending: threading.Thread | None = None

    def task_ended(self) -> None:
        """Count a task. After every `TASKS` forget results, and wait until all events are sent.

        What is not sent now is sent at the run's end, which waits for it, so that in all no time is lost. If it takes
        longer than `PATIENCE_SECONDS`, the run goes on, and does not wait again before these are sent.
        """
        self._tasks += 1
        if self._tasks % TASKS:
            return
        if (flow := FlowRunContext.get()) is not None:
            # They would show which task got which result. Our inputs are opaque to Prefect, so it never looks there.
            flow.run_results.clear()
        if self._sending is None or not self._sending.is_alive():
            work = EventsWorker.instance().wait_until_empty
            self._sending = threading.Thread(target=work, name="events", daemon=True)
            self._sending.start()
            self._sending.join(PATIENCE_SECONDS)
