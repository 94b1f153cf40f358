"""Laws of the servers' transactions: each waits its turn, in the order of coming, and one inside another does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration

from flows.server.sqlite_queue import wait_in_turn
from tests.support.servers.prefect_server import LONG_SECONDS

Body = Callable[[AioSqliteConfiguration, Any], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", AioSqliteConfiguration.begin_transaction)
    wait_in_turn()


def on_sqlite(place: Path, body: Body) -> None:
    """Run `body` on a database of Prefect's kind with one counter in it."""

    async def run() -> None:
        configuration = AioSqliteConfiguration(f"sqlite+aiosqlite:///{place}/prefect.db")
        engine = await configuration.engine()
        async with engine.begin() as connection:
            await connection.execute(sa.text("create table counter (n integer)"))
            await connection.execute(sa.text("insert into counter values (0)"))
        try:
            await asyncio.wait_for(body(configuration, engine), LONG_SECONDS)
        finally:
            await engine.dispose()

    asyncio.run(run())


def test_who_reads_before_writing_never_fails(tmp_path: Path) -> None:
    """Transactions that read, wait and write all succeed, and none is lost."""

    async def body(configuration: AioSqliteConfiguration, engine: Any) -> None:
        async def count() -> None:
            async with await configuration.session(engine) as session, configuration.begin_transaction(session):
                n = (await session.execute(sa.text("select n from counter"))).scalar_one()
                await asyncio.sleep(0)
                await session.execute(sa.text("update counter set n = :n"), {"n": n + 1})

        await asyncio.gather(*(count() for _ in range(20)))
        async with engine.connect() as connection:
            assert (await connection.execute(sa.text("select n from counter"))).scalar_one() == 20

    on_sqlite(tmp_path, body)


def test_first_come_first_served(tmp_path: Path) -> None:
    """Transactions are let in one at a time, in the order in which they came."""
    order: list[tuple[int, str]] = []

    async def body(configuration: AioSqliteConfiguration, engine: Any) -> None:
        async def work(number: int) -> None:
            async with await configuration.session(engine) as session, configuration.begin_transaction(session):
                order.append((number, "in"))
                await session.execute(sa.text("update counter set n = n + 1"))
                await asyncio.sleep(0)
                order.append((number, "out"))

        await asyncio.gather(*(work(number) for number in range(8)))

    on_sqlite(tmp_path, body)
    assert order == [(number, what) for number in range(8) for what in ("in", "out")]


def test_one_inside_another_does_not_wait_for_it(tmp_path: Path) -> None:
    """Who has the turn goes on with a second session, which SQLite lets read."""

    async def body(configuration: AioSqliteConfiguration, engine: Any) -> None:
        async with await configuration.session(engine) as outer, configuration.begin_transaction(outer):
            await outer.commit()
            async with await configuration.session(engine) as inner, configuration.begin_transaction(inner):
                await inner.execute(sa.text("update counter set n = 7"))

    on_sqlite(tmp_path, body)
