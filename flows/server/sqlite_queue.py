"""Make the transactions of a Prefect server on SQLite wait in turn: first come, first served.

Most of Prefect's transactions read before they write. On SQLite such a transaction fails at once if anybody wrote in
between (seen with 3.8.8: of six runs that were paused or suspended at once, three were called dead later, because the
triggers had dropped the events about it). And whoever waits for SQLite's lock only checks now and then whether it is
free, and may starve: a run waited 14 s to begin while the server still wrote what the tasks of a killed run had
reported. Here every transaction queues before it begins, and then begins as a writer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)


def wait_in_turn() -> None:
    """Make every transaction on SQLite begin as a writer, first come, first served."""
    from prefect.server.database.configurations import AioSqliteConfiguration

    begin = AioSqliteConfiguration.begin_transaction

    @asynccontextmanager
    async def begin_in_turn(
        self: AioSqliteConfiguration, session: Any, with_for_update: bool = False
    ) -> AsyncIterator[Any]:
        async with _turn(), begin(self, session, with_for_update=True) as transaction:
            yield transaction

    AioSqliteConfiguration.begin_transaction = begin_in_turn  # type: ignore[method-assign]  # Prefect has no setting for it


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    """Wait for the turn to write, and hold it while the block runs; a transaction within another has it already."""
    if _has_turn.get():
        yield
        return
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        _has_turn.set(True)
        try:
            yield
        finally:
            _has_turn.set(False)
