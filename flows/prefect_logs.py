"""A run's log: our events as lines, and what Prefect itself says brought to its measure.

Prefect calls it an error that a run is suspended, cancelled or rejected, and that a task stopped because it was asked
to; and it tells the end of every task, which this program tells in its own words.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.logging import get_run_logger

from studio.errors import Interrupted
from studio.model import events
from studio.model.events import Event

_UNTRUE = ("Suspending flow run, execution will be rescheduled", "Finished in state Running")
"""Said of a run that was answered and goes on, because the server was not asked yet (one that waits says so itself);
and of one that was cancelled."""

_PULLING = re.compile(
    r"Downloading flow code from|Running \d+ deployment pull step|Executing deployment step:|Deployment step '.*' "
    r"completed|All deployment steps completed"
)
"""Said where a run begins, and again by a worker that loads the flow once more, to look for hooks, when it ended."""

_NOT_BEGUN = "Task run cancelled by the task runner"
"""Said, as a crash, of tasks that were not begun yet when the run ended."""

_ASKED_FOR = (
    "Finished in state Suspended",
    "Finished in state Paused",
    "Finished in state Cancel",
)


@contextmanager
def logged() -> Iterator[None]:
    """Let every event be one line of the run's log, in our words, while the block runs."""
    calm()
    logger = get_run_logger()

    def log(event: Event) -> None:
        if line := event.line():
            logger.error(line) if event.kind == "failed" else logger.info(line)

    with events.listening(log):
        yield


def note(text: str, kind: events.EventKind = "note", session_id: str = "") -> None:
    """Say one line, as an event."""
    events.publish(Event(kind, text, session_id=session_id))


def calm() -> None:
    """Bring Prefect's own lines to their measure, in this process; to be asked for any number of times."""
    for name, judge in (("prefect.task_runs", _of_a_task), ("prefect.flow_runs", _of_a_flow)):
        logger = logging.getLogger(name)
        if judge not in logger.filters:
            logger.addFilter(judge)


def calm_worker() -> None:
    """Leave the steps by which a flow is loaded out of what a worker says in its runs' logs: each run tells its own."""
    logger = logging.getLogger("prefect.flow_runs")
    if _of_a_worker not in logger.filters:
        logger.addFilter(_of_a_worker)


def _of_a_worker(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or not _PULLING.match(record.getMessage())


def _of_a_task(record: logging.LogRecord) -> bool:
    """Leave out what went well, and that a task stopped because it was asked to; a person who debugs sees all."""
    error = record.exc_info[1] if record.exc_info else None
    said = record.getMessage()
    stopped = isinstance(error, Interrupted) or f"exception {Interrupted.__name__}" in said or _NOT_BEGUN in said
    return not stopped and record.levelno != logging.INFO


def _of_a_flow(record: logging.LogRecord) -> bool:
    """Call what was asked for no error, and leave out what need not be so."""
    if record.getMessage().startswith(_UNTRUE):
        return False
    if record.levelno == logging.ERROR and record.getMessage().startswith(_ASKED_FOR):
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
    return True
