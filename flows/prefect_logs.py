"""A run's log: write our events as lines, and lower or drop Prefect's own lines.

Prefect logs as an error that a run is suspended, cancelled or rejected, and that a task stopped because it was asked
to; and it logs the end of every task, which this program reports in its own words.
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
"""Untrue lines of Prefect: the first about a run that was answered and goes on, since the server was not asked yet (one
that waits says so itself); the second about a run that was cancelled."""

_PULLING = re.compile(
    r"Downloading flow code from|Running \d+ deployment pull step|Executing deployment step:|Deployment step '.*' "
    r"completed|All deployment steps completed"
)
"""Logged when a run begins, and again after its end by a worker, which loads the flow once more to look for hooks."""

_NOT_BEGUN = "Task run cancelled by the task runner"
"""Logged, as a crash, for tasks that had not begun when the run ended."""

_ASKED_FOR = (
    "Finished in state Suspended",
    "Finished in state Paused",
    "Finished in state Cancel",
)


@contextmanager
def logged() -> Iterator[None]:
    """Write every event as one line to the run's log while the block runs."""
    quieten_prefect()
    logger = get_run_logger()

    def log(event: Event) -> None:
        if line := event.line():
            logger.error(line) if event.kind == "failed" else logger.info(line)

    with events.listening(log):
        yield


def note(text: str, kind: events.EventKind = "note", session_id: str = "") -> None:
    """Publish one line as an event."""
    events.publish(Event(kind, text, session_id=session_id))


def quieten_prefect() -> None:
    """Lower or drop Prefect's own log lines in this process; it may be called any number of times."""
    for name, judge in (("prefect.task_runs", _of_a_task), ("prefect.flow_runs", _of_a_flow)):
        logger = logging.getLogger(name)
        if judge not in logger.filters:
            logger.addFilter(judge)


def quieten_worker() -> None:
    """Drop a worker's lines about loading a flow from its runs' logs: each run logs its own; may be called again."""
    logger = logging.getLogger("prefect.flow_runs")
    if _of_a_worker not in logger.filters:
        logger.addFilter(_of_a_worker)


def _of_a_worker(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or not _PULLING.match(record.getMessage())


def _of_a_task(record: logging.LogRecord) -> bool:
    """Drop lines about success, and about tasks that stopped because they were asked to; debug lines all stay."""
    error = record.exc_info[1] if record.exc_info else None
    said = record.getMessage()
    stopped = isinstance(error, Interrupted) or f"exception {Interrupted.__name__}" in said or _NOT_BEGUN in said
    return not stopped and record.levelno != logging.INFO


def _of_a_flow(record: logging.LogRecord) -> bool:
    """Lower to INFO what was asked for and logged as an error, and drop lines that may be untrue."""
    if record.getMessage().startswith(_UNTRUE):
        return False
    if record.levelno == logging.ERROR and record.getMessage().startswith(_ASKED_FOR):
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
    return True
