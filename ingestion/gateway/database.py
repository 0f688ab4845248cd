"""Postgres for the routes that show or keep something: a small pool, opened at the first use, that survives outages."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from ingestion.gateway.answers import RETRY, Problem
from ingestion.words import _t

#: For a connection from the pool, for making one, and for each statement.
PATIENCE_SECONDS = 3.0
#: After a failure nobody waits for so long: the answer is known.
_REST_SECONDS = 1.0
_MOST_CONNECTIONS = 4
_MOST_WAITING = 64

DATABASE_AWAY = Problem(
    503,
    "database_unavailable",
    _t("The database does not answer"),
    _t("What you asked for cannot be read now. Events can still be sent. Ask again in a few seconds."),
    RETRY,
)

Row = dict[str, Any]


class DatabaseAway(RuntimeError):
    """Postgres did not answer in time. A route that lets it through answers DATABASE_AWAY."""


class Database:
    """Connections of one login in autocommit mode. Every method raises DatabaseAway when Postgres does not answer."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]] | None = None
        self._away_until = 0.0

    async def fetch(self, query: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        """All rows of one statement; a statement that gives none answers []."""
        async with self.connection() as connection:
            cursor = await connection.execute(query.encode(), parameters)
            return await cursor.fetchall() if cursor.description is not None else []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
        """A connection for several statements; `async with connection.transaction()` makes them one."""
        if time.monotonic() < self._away_until:
            raise DatabaseAway
        try:
            pool = await self._opened()
            # The pool's own check waits ever longer between connections that a restart of Postgres broke.
            for _ in range(_MOST_CONNECTIONS + 1):
                async with pool.connection() as connection:
                    if await _is_alive(connection):
                        yield connection
                        return
            raise DatabaseAway
        except TooManyRequests as error:
            raise DatabaseAway from error
        except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable) as error:
            # Slow, not away: others need not rest.
            raise DatabaseAway from error
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed) as error:
            self._away_until = time.monotonic() + _REST_SECONDS
            raise DatabaseAway from error

    async def close(self) -> None:
        """Let every connection go."""
        if self._pool is not None:
            await self._pool.close(timeout=PATIENCE_SECONDS)

    async def _opened(self) -> AsyncConnectionPool[psycopg.AsyncConnection[Row]]:
        if self._pool is None:
            milliseconds = int(PATIENCE_SECONDS * 1000)
            self._pool = AsyncConnectionPool(
                self._dsn,
                connection_class=psycopg.AsyncConnection[Row],
                kwargs={
                    "autocommit": True,
                    "row_factory": dict_row,
                    "connect_timeout": int(PATIENCE_SECONDS),
                    "application_name": "corridor-gateway-pages",
                    "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds} -c timezone=UTC",
                },
                min_size=0,
                max_size=_MOST_CONNECTIONS,
                max_waiting=_MOST_WAITING,
                timeout=PATIENCE_SECONDS,
                # Whoever asks next starts a new attempt; the pool's own would come ever more seldom.
                reconnect_timeout=_REST_SECONDS,
                name="pages",
                open=False,
            )
        # Opening twice does nothing, so that requests at the same time need no lock.
        await self._pool.open()
        return self._pool


async def _is_alive(connection: psycopg.AsyncConnection[Row]) -> bool:
    try:
        await connection.execute(b"")
    except psycopg.OperationalError:
        return False
    return True
