"""Signs of life: a run that works updates its own row on the server every 30 s, and watches the other runs.

A sign is a request that is answered, not an event, which may be lost. `flows/runs/dead_runs.py` finds dead runs by it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from uuid import UUID

import httpx
from prefect.exceptions import PrefectException

from flows.run_page_updates import is_watched
from flows.runs.clients import client_without_retries
from flows.runs.dead_runs import SIGN, SIGN_SECONDS, Watch
from flows.runs.status import this_run

AGAIN_SECONDS = 3.0
"""How soon a sign that did not arrive is sent again: a busy SQLite refuses some at once."""
PATIENCE_SECONDS = 2.0
"""How long the server may take to answer; a run that ends waits for that."""


@contextmanager
def signing(watch: Watch | None = None) -> Iterator[None]:
    """Send signs of life for this run while the block runs, and let `watch` look; only on a server that outlives it."""
    run = this_run()
    if run is None or not is_watched():
        yield
        return
    over = threading.Event()
    # The settings in force belong to this thread's context.
    place = copy_context()
    thread = threading.Thread(target=place.run, args=(_live, run.id, over, watch), name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        # A process that ends while a thread of its own is in the middle of a request is aborted, with exit code -6.
        thread.join()


def sign(run_id: UUID) -> bool:
    """Send one sign of life for the run; tell whether it arrived."""
    try:
        with client_without_retries(PATIENCE_SECONDS) as client:
            client.update_flow_run_labels(run_id, {SIGN: datetime.now(UTC).isoformat(timespec="seconds")})
    except (httpx.HTTPError, PrefectException):
        return False
    return True


def _live(run_id: UUID, over: threading.Event, watch: Watch | None) -> None:
    # The first at once: a run that has given one is judged by its row alone, also if it dies early.
    rest = _rest_after(sign(run_id))
    while not over.wait(rest):
        rest = _rest_after(sign(run_id))
        if watch is not None and not over.is_set():
            watch.look_if_due()


def _rest_after(arrived: bool) -> float:
    return SIGN_SECONDS if arrived else AGAIN_SECONDS
