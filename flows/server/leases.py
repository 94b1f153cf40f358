"""Slots of an account and the leases that hold them: kept on disk by our servers, and set free where nobody holds them.

Prefect counts the slots of a limit in its database, and by default keeps in memory who holds them. A server that is
killed forgets the holders and keeps the count: the account is blocked for ever. Servers of ours keep leases in
Prefect's home, and look at their start which slots no lease holds.
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
"""After so long a slot is free again whose holder was killed; the shortest that Prefect allows."""
PREFIX = "film-"
"""How the names of our limits begin."""
SETTING = "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"
ON_DISK = "prefect.server.concurrency.lease_storage.filesystem"
IN_MEMORY = "prefect.server.concurrency.lease_storage.memory"
_PAGE = 200
"""The most limits that Prefect gives at once."""


def keep_leases() -> None:
    """Let this process's server keep leases on disk, where nothing else is said; before Prefect is imported."""
    os.environ.setdefault(SETTING, ON_DISK)


async def free_unheld() -> dict[str, int]:
    """Set slots of our limits free that no lease on disk holds; return how many, by limit.

    For the start of a server. What is held then is held for another minute: its holder could not renew it while no
    server was there. Without leases on disk nothing can be told, and nothing is done.
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
            # Also what enters one into the index of those that end, where a kill came in between.
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


def told_of_leases() -> list[tuple[str, str]]:
    """Return what blocks accounts at the server in use, or may: each with what to do.

    Raises:
        FilmError: the server refuses.
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
    """Return what blocks accounts on a server, or may: each with what to do.

    Who holds a slot is not told over the API; that none is held is sure where no film is being made.
    """
    found = []
    if _lease_storage(client) == IN_MEMORY:
        found.append(
            (
                "the server keeps in memory who holds an account's slots: killed, it leaves them taken for ever",
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
                    f"if that is so in two minutes, too: prefect gcl update {limit.name} --active-slots 0",
                )
            )
    return found


def _lease_storage(client: SyncPrefectClient) -> str:
    """Return where a server keeps leases; '' where it does not say, as Prefect Cloud's."""
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
