"""Leases on the slots of an account: keep them on disk on our servers, and free slots that nobody holds.

Prefect counts the slots of a limit in its database, but by default keeps in memory who holds them. A server that is
killed forgets the holders and keeps the count: the account is blocked for ever. Our servers keep leases in Prefect's
home, and at their start free the slots that no lease holds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from studio.errors import FilmError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse

LEASE_SECONDS = 60.0
"""How long a slot stays taken after its holder was killed; the shortest that Prefect allows."""
PREFIX = "film-"
"""The beginning of the names of our limits."""
SETTING = "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"
"""The variable that says where a server keeps leases; its values are the next two."""
ON_DISK = "prefect.server.concurrency.lease_storage.filesystem"
IN_MEMORY = "prefect.server.concurrency.lease_storage.memory"
_PAGE = 200
"""The most limits that Prefect returns at once."""


def keep_leases() -> None:
    """Make this process's server keep leases on disk, unless the environment says otherwise.

    Call it before Prefect is imported.
    """
    os.environ.setdefault(SETTING, ON_DISK)


async def free_unheld() -> dict[str, int]:
    """Free the slots of our limits that no lease on disk holds; return how many, by the limit's name.

    Called when a server starts. Leases are extended by a minute: their holders could not renew them while no server
    was there. Without leases on disk it is not known which slots are held, and nothing is freed.
    """
    import sqlalchemy as sa
    from prefect.server.concurrency.lease_storage import filesystem, get_concurrency_lease_storage
    from prefect.server.database import provide_database_interface

    storage = get_concurrency_lease_storage()
    if not isinstance(storage, filesystem.ConcurrencyLeaseStorage):
        return {}
    held: Counter[UUID] = Counter()
    soon = datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS)
    for path in storage.storage_path.glob("*-*.json"):
        lease = await storage.read_lease(UUID(path.stem))
        if lease is None or lease.metadata is None:
            continue
        if lease.expiration < soon:
            # This also enters a lease into the index of those that expire, in case a kill came before that.
            await storage.renew_lease(lease.id, timedelta(seconds=LEASE_SECONDS))
        for limit_id in lease.resource_ids:
            held[limit_id] += lease.metadata.slots
    database = provide_database_interface()
    freed = {}
    async with database.session_context(begin_transaction=True) as session:
        limits = database.ConcurrencyLimitV2
        taken = sa.select(limits).where(limits.name.startswith(PREFIX, autoescape=True), limits.active_slots > 0)
        for limit in await session.scalars(taken):
            if (more := limit.active_slots - held[limit.id]) > 0:
                limit.active_slots -= more
                freed[str(limit.name)] = int(more)
    return freed


def lease_warnings() -> list[tuple[str, str]]:
    """Return what blocks accounts at the server in use, or may block them, each with what to do.

    Raises:
        FilmError: the server refuses the request, or does not answer.
    """
    from prefect.client.orchestration import get_client
    from prefect.exceptions import PrefectException

    try:
        with get_client(sync_client=True) as client:
            return what_blocks(client)
    except (httpx.HTTPError, PrefectException) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise FilmError(f"the Prefect server refuses: {said}") from error


def what_blocks(client: SyncPrefectClient) -> list[tuple[str, str]]:
    """Return what blocks accounts on a server, or may block them, each with what to do.

    The API does not say who holds a slot, but while no film is being made nobody does.
    """
    found = []
    if _lease_storage(client) == IN_MEMORY:
        found.append(
            (
                "the server keeps in memory who holds an account's slots: if it is killed, they stay taken for ever",
                f"start it with {SETTING}={ON_DISK}",
            )
        )
    taken = [limit for limit in _our_limits(client) if limit.active_slots > 0]
    if taken and not _films_in_the_making(client):
        for limit in taken:
            slots = f"{limit.active_slots} slot{'s' * (limit.active_slots != 1)} of {limit.name}"
            found.append(
                (
                    f"{slots} {'are' if limit.active_slots != 1 else 'is'} taken though no film is being made",
                    f"if that is still so in two minutes: prefect gcl update {limit.name} --active-slots 0",
                )
            )
    return found


def _lease_storage(client: SyncPrefectClient) -> str:
    """Return where a server keeps leases, a module's name; '' if it does not say, like Prefect Cloud."""
    try:
        said = client.request("GET", "/admin/settings").json()
    except httpx.HTTPStatusError as error:
        if error.response.status_code in (403, 404):
            return ""
        raise
    return str(said["server"]["concurrency"]["lease_storage"])


def _our_limits(client: SyncPrefectClient) -> Iterator[GlobalConcurrencyLimitResponse]:
    offset = 0
    while page := client.read_global_concurrency_limits(limit=_PAGE, offset=offset):
        yield from (limit for limit in page if limit.name.startswith(PREFIX))
        offset += len(page)


def _films_in_the_making(client: SyncPrefectClient) -> bool:
    from prefect.client.schemas.filters import (
        FlowFilter,
        FlowFilterName,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType

    busy = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    films = FlowFilter(name=FlowFilterName(any_=["make-film"]))
    runs = FlowRunFilter(state=FlowRunFilterState(type=busy))
    return bool(client.read_flow_runs(flow_filter=films, flow_run_filter=runs, limit=1))
