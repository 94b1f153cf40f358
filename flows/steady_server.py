"""The Prefect server that `film studio` starts: the built-in one with its pages, and triggers that lose no event.

Prefect counts the events of a trigger in a transaction that reads before it writes. On SQLite that fails at once where
anybody wrote in between, and after four tries the event is dropped (seen with 3.8.8: of six runs that were paused or
suspended at once, three were called dead later, because the watch for dead runs had not heard of it). Here such a
transaction asks for the right to write first, and waits its turn.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from flows.built_in import serve


def lose_no_event() -> None:
    """Let the triggers' transactions begin as writers."""
    from prefect.server.database import provide_database_interface
    from prefect.server.events import triggers

    @asynccontextmanager
    async def session(begin_transaction: bool = False) -> AsyncIterator[AsyncSession]:
        database = provide_database_interface()
        async with database.session_context(
            begin_transaction=begin_transaction, with_for_update=begin_transaction
        ) as open_session:
            yield open_session

    triggers.automations_session = session  # type: ignore[assignment,attr-defined]  # Prefect offers no setting for it


if __name__ == "__main__":
    lose_no_event()
    serve(int(sys.argv[1]))
