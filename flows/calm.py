"""What Prefect itself says in a run's log, brought to its measure: an error only where something is wrong.

Prefect calls it an error that a run is suspended, cancelled or rejected, and that a task stopped because it was asked
to; and it tells the end of every task, which this program tells in its own words.
"""

from __future__ import annotations

import logging

from studio.errors import Interrupted

_UNTRUE = "Suspending flow run, execution will be rescheduled"
"""Said before the server was asked, also of a run that was answered and goes on; one that waits says so itself."""

_ASKED_FOR = (
    "Finished in state Suspended",
    "Finished in state Paused",
    "Finished in state Cancel",
    "Finished in state Running",
)


def calm() -> None:
    """Bring Prefect's own lines to their measure, in this process; to be asked for any number of times."""
    for name, judge in (("prefect.task_runs", _of_a_task), ("prefect.flow_runs", _of_a_flow)):
        logger = logging.getLogger(name)
        if judge not in logger.filters:
            logger.addFilter(judge)


def _of_a_task(record: logging.LogRecord) -> bool:
    """Leave out what went well, and that a task stopped because it was asked to; a person who debugs sees all."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, Interrupted) and record.levelno != logging.INFO


def _of_a_flow(record: logging.LogRecord) -> bool:
    """Call what was asked for no error, and leave out what need not be so."""
    if record.getMessage().startswith(_UNTRUE):
        return False
    if record.levelno == logging.ERROR and record.getMessage().startswith(_ASKED_FOR):
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
    return True
