"""Requests in flight at one account, counted across processes: Prefect's global concurrency limits.

A limit per account is made on the server where it is missing, as large as the crew says; from then on the server's
number counts, which a person may change on its pages. The gate of `studio/gate.py` holds within a process.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, PrefectException

from flows.leases import LEASE_SECONDS, PREFIX
from studio.paid import VendorError

GLANCE_SECONDS = 10.0
"""How often who waits looks whether the run may go on."""


def slots(at_once: int, go_on: Callable[[], None]) -> Callable[[str], AbstractContextManager[None]]:
    """Return what takes a slot of an account while its block runs.

    Args:
        at_once: how large a limit is made that is missing.
        go_on: raises where the run may not go on.

    The slot raises `VendorError('passing')` where the server does not answer: nothing was sent.
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
        stack = ExitStack()
        while not _taken(name, stack):
            go_on()
        try:
            yield
        finally:
            # A slot that the server does not take back is free after its lease: no call that is done fails by it.
            with suppress(httpx.HTTPError, PrefectException):
                stack.close()

    return slot


def _taken(name: str, stack: ExitStack) -> bool:
    """Take a slot until the stack is left; False where none came free for a while."""
    # A call in flight goes on though its lease could not be renewed: it is paid for.
    slot = concurrency(
        name, timeout_seconds=GLANCE_SECONDS, lease_duration=LEASE_SECONDS, strict=False,
        raise_on_lease_renewal_failure=False,
    )  # fmt: skip
    try:
        stack.enter_context(slot)
    except TimeoutError:
        return False
    except (httpx.HTTPError, PrefectException) as error:
        raise _no_slot(name, error) from error
    return True


def limit_name(account: str) -> str:
    """Return the limit's name on the server: 'film-api.openai.com-0123456789ab'."""
    return PREFIX + re.sub(r"[^A-Za-z0-9._-]+", "-", account)


def _ensure(name: str, at_once: int) -> None:
    try:
        with get_client(sync_client=True) as client:
            try:
                client.read_global_concurrency_limit_by_name(name)
            except ObjectNotFound:
                client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=at_once))
    except ObjectAlreadyExists:
        # Another process was quicker.
        return
    except (httpx.HTTPError, PrefectException) as error:
        raise _no_slot(name, error) from error


def _no_slot(name: str, error: Exception) -> VendorError:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return VendorError("passing", f"the Prefect server gave no slot of {name}: {said[:300]}")
