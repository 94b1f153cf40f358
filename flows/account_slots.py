"""Limit the requests in flight at one account across processes, by Prefect's global concurrency limits.

A limit per account is created on the server if it is missing, as large as the crew says; from then on the server's
number counts, which a person may change on its pages. The limit of `studio/billing/rate_limit.py` holds within a
process.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.client.schemas.responses import ConcurrencyLimitWithLeaseResponse
from prefect.concurrency._leases import maintain_concurrency_lease
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, PrefectException

from flows.runs.clients import client_without_retries
from flows.server.leases import LEASE_SECONDS, PREFIX
from studio.model.paid import VendorError

POLL_SECONDS = 0.25
"""How often a waiting call checks whether the run may go on."""
REST_SECONDS = 10.0
"""The longest pause before a waiting call asks again; the server says when a slot may be free."""
AGAIN_SECONDS = 1.0
"""The pause before a server that did not answer is asked again."""
ANSWER_SECONDS = 20.0
"""How long the server may take to answer; Prefect itself waits 10 s for a busy SQLite."""
PATIENCE_SECONDS = 60.0
"""How long the server may stay silent before the call is given up: one that died is up again sooner."""
_LOCKED = 423
"""The HTTP status by which a server says that no slot is free."""


def slots(at_once: int, go_on: Callable[[], None]) -> Callable[[str], AbstractContextManager[None]]:
    """Return a context manager, by account, that holds a slot of the account while its block runs.

    It raises `VendorError('passing')` if the server does not answer; nothing was sent to the vendor then.

    Args:
        at_once: the size of a limit that has to be created, >= 1.
        go_on: called while waiting for a slot; raises if the run may not go on.
    """
    known: set[str] = set()
    lock = threading.Lock()

    @contextmanager
    def slot(account: str) -> Iterator[None]:
        name = limit_name(account)
        with lock:
            if name not in known:
                _ensure(name, at_once)
                known.add(name)
        with _held(_lease(name, go_on)):
            yield

    return slot


def _lease(name: str, go_on: Callable[[], None]) -> UUID | None:
    """Wait for a free slot and return its lease; None if the limit was deleted, so that nothing is counted.

    Each request is waited for to its end. Prefect's own `concurrency(timeout_seconds=...)` drops the request when the
    time is up: a slot that was granted in that moment is held by nobody and stays taken until its lease ends, or for
    ever on a server that ends no leases.

    Raises:
        VendorError: 'passing': the server did not answer for `PATIENCE_SECONDS`.
    """
    heard_at = time.monotonic()
    while True:
        try:
            with client_without_retries(ANSWER_SECONDS) as client:
                answer = client.increment_concurrency_slots_with_lease(
                    names=[name], slots=1, mode="concurrency", lease_duration=LEASE_SECONDS
                )
            taken = ConcurrencyLimitWithLeaseResponse.model_validate(answer.json())
            return taken.lease_id if taken.limits else None
        except (httpx.HTTPError, PrefectException) as error:
            rest = _rest_seconds(error)
            if rest is not None:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at >= PATIENCE_SECONDS:
                raise _no_slot(name, error) from error
        _wait(AGAIN_SECONDS if rest is None else rest, go_on)


def _rest_seconds(error: Exception) -> float | None:
    """Return in how many seconds the server says to ask again; None if it did not say that no slot is free."""
    if not isinstance(error, httpx.HTTPStatusError) or error.response.status_code != _LOCKED:
        return None
    try:
        return min(float(error.response.headers["Retry-After"]), REST_SECONDS)
    except (KeyError, ValueError):
        return AGAIN_SECONDS


def _wait(seconds: float, go_on: Callable[[], None]) -> None:
    until = time.monotonic() + max(seconds, POLL_SECONDS)
    while (left := until - time.monotonic()) > 0:
        go_on()
        time.sleep(min(left, POLL_SECONDS))
    go_on()


@contextmanager
def _held(lease: UUID | None) -> Iterator[None]:
    """Renew the lease of a slot while the block runs, then release it; do nothing for None."""
    # A call in flight goes on even if its lease could not be renewed: it is paid for.
    renewed = maintain_concurrency_lease(lease, LEASE_SECONDS) if lease is not None else nullcontext()
    try:
        with renewed:
            yield
    finally:
        if lease is not None:
            # A slot that the server does not take back is free when its lease ends: no finished call fails for that.
            with suppress(httpx.HTTPError, PrefectException), client_without_retries(ANSWER_SECONDS) as client:
                client.release_concurrency_slots_with_lease(lease)


def limit_name(account: str) -> str:
    """Return the name of an account's limit on the server, for example 'film-api.openai.com-0123456789ab'."""
    return PREFIX + re.sub(r"[^A-Za-z0-9._-]+", "-", account)


def _ensure(name: str, at_once: int) -> None:
    try:
        with get_client(sync_client=True) as client:
            try:
                client.read_global_concurrency_limit_by_name(name)
            except ObjectNotFound:
                client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=at_once))
    except ObjectAlreadyExists:
        # Another process created it in the meantime.
        return
    except (httpx.HTTPError, PrefectException) as error:
        raise _no_slot(name, error) from error


def _no_slot(name: str, error: Exception) -> VendorError:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return VendorError("passing", f"the Prefect server gave no slot of {name}: {said[:300]}")
