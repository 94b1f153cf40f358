"""Laws of a run's log: Prefect calls an error only what is one, and tells no task's end beside us."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from flows.prefect_logs import quieten_prefect, quieten_worker
from studio.errors import EngineFailed, Interrupted


@pytest.fixture
def said() -> Iterator[list[logging.LogRecord]]:
    """Collects what the two loggers let through."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("prefect.task_runs", "prefect.flow_runs")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    quieten_prefect()
    quieten_prefect()
    yield records
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)
        for judge in list(logger.filters):
            logger.removeFilter(judge)


def test_a_tasks_end_is_not_told_and_its_failure_is(said: list[logging.LogRecord]) -> None:
    """Of a task only what went wrong is told, or what a person who debugs asked for."""
    log = logging.getLogger("prefect.task_runs")
    log.info("Finished in state Completed()")
    for error in (Interrupted("asked to stop"), EngineFailed("no")):
        try:
            raise error
        except Exception:
            log.exception("Task run encountered an exception")
    log.error("Finished in state Failed('Task run encountered an exception Interrupted: stopped')")
    log.error(
        "Finished in state Crashed('Execution was interrupted by an unexpected exception: CancelledError: Task run "
        "cancelled by the task runner')"
    )
    log.debug("Created task run")
    assert [(record.levelname, record.getMessage()) for record in said] == [
        ("ERROR", "Task run encountered an exception"),
        ("DEBUG", "Created task run"),
    ]
    assert said[0].exc_info is not None
    assert isinstance(said[0].exc_info[1], EngineFailed)


def test_what_is_untrue_is_not_told(said: list[logging.LogRecord]) -> None:
    """Prefect says that it suspends a run that was answered, too; and of a cancelled one that it is running."""
    log = logging.getLogger("prefect.flow_runs")
    log.info("Suspending flow run, execution will be rescheduled when this flow run is resumed.")
    log.error("Finished in state Running()")
    log.info("waits for approval of the shots")
    assert [record.getMessage() for record in said] == ["waits for approval of the shots"]


def test_a_worker_does_not_tell_how_a_flow_is_loaded(said: list[logging.LogRecord]) -> None:
    """Whoever loads a flow to look for its hooks says so nowhere; that it could not is told."""
    quieten_worker()
    log = logging.getLogger("prefect.flow_runs")
    for line in (
        "Running 1 deployment pull step(s)",
        "Executing deployment step: set_working_directory",
        "Deployment step 'set_working_directory' completed successfully",
        "All deployment steps completed successfully",
        "Downloading flow code from storage at '.'",
    ):
        log.info(line)
    log.error("Deployment step 'x' failed")
    assert [record.getMessage() for record in said] == ["Deployment step 'x' failed"]


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("Suspended(type=PAUSED)", "INFO"),
        ("Cancelled('rejected: too dark')", "INFO"),
        ("Failed('shots 3: no key')", "ERROR"),
        ("Crashed()", "ERROR"),
    ],
)
def test_what_was_asked_for_is_no_error(said: list[logging.LogRecord], state: str, level: str) -> None:
    """A run that waits, or was cancelled, is told as what it is; a failure stays an error."""
    logging.getLogger("prefect.flow_runs").error(f"Finished in state {state}")
    assert [record.levelname for record in said] == [level]
