"""The gateway's pool of database connections: it survives outages, and says at once when Postgres is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import psycopg
import pytest

from infra.settings import Settings
from ingestion.gateway.database import Database, DatabaseAway
from tests.support import ScratchDatabase, scratch_database

Use = Callable[[Database], Awaitable[None]]


@pytest.fixture(scope="module")
def scratch(stack: Settings) -> Iterator[ScratchDatabase]:
    with scratch_database(stack) as made:
        yield made


def _with(dsn: str, use: Use) -> None:
    async def main() -> None:
        database = Database(dsn)
        try:
            await use(database)
        finally:
            await database.close()

    asyncio.run(main())


def test_connections_that_postgres_ended__are_replaced(stack: Settings, scratch: ScratchDatabase) -> None:
    async def use(database: Database) -> None:
        numbers = await asyncio.gather(*(database.fetch("select %s::int as n", [n]) for n in range(20)))
        assert [rows[0]["n"] for rows in numbers] == list(range(20))
        with psycopg.connect(stack.admin_dsn(), autocommit=True) as admin:
            ended = admin.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s", [scratch.name]
            ).fetchone()
        assert ended is not None
        assert ended[0] > 0
        for _ in range(5):
            assert await database.fetch("select 1 as one") == [{"one": 1}]

    _with(scratch.dsn("gateway"), use)


def test_postgres_away__is_said_after_seconds_and_then_at_once() -> None:
    async def use(database: Database) -> None:
        began = time.monotonic()
        with pytest.raises(DatabaseAway):
            await database.fetch("select 1")
        waited = time.monotonic()
        assert waited - began < 5
        with pytest.raises(DatabaseAway):
            await database.fetch("select 1")
        assert time.monotonic() - waited < 0.5

    _with("postgresql://nobody:nothing@127.0.0.1:1/nowhere", use)


def test_slow_statement__is_ended(scratch: ScratchDatabase) -> None:
    async def use(database: Database) -> None:
        with pytest.raises(DatabaseAway):
            await database.fetch("select pg_sleep(30)")
        assert await database.fetch("select 1 as one") == [{"one": 1}]

    _with(scratch.dsn("gateway"), use)


def test_transaction__is_all_or_nothing(scratch: ScratchDatabase) -> None:
    async def fail_half_way(database: Database) -> None:
        async with database.connection() as connection, connection.transaction():
            await connection.execute("set application_name = 'changed'")
            await connection.execute("select 1 / 0")

    async def use(database: Database) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await fail_half_way(database)
        (row,) = await database.fetch("select current_setting('application_name') as name")
        assert row["name"] == "corridor-gateway-pages"

    _with(scratch.dsn("gateway"), use)
