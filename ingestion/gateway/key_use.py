"""The log of key use: how often each key was used for what, by the minute, and how often a wrong one was tried."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import MutableMapping
from typing import Any

from ingestion.gateway.authenticate import KEY_ID, NOBODY, WRONG
from ingestion.gateway.database import Database, DatabaseAway

logger = logging.getLogger("corridor.gateway.key_use")

WRITE_SECONDS = 10.0
#: Rows that wait while Postgres is away: a day of 7 keys. More are dropped, and it is said how many.
_MOST_WAITING = 20_000
#: Ids of wrong keys that are told apart within WRITE_SECONDS: a stranger may make up many.
_MOST_WRONG_KEYS = 20
_WRITE = """
insert into ops.key_use as known (minute, key_id, route, status, requests, accepted, rejected, first_at, last_at)
select to_timestamp(minute * 60), key_id, route, status, requests, accepted, rejected,
    to_timestamp(first_at), to_timestamp(last_at)
from unnest(
    %s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::float8[], %s::float8[]
) as new (minute, key_id, route, status, requests, accepted, rejected, first_at, last_at)
on conflict (minute, key_id, route, status) do update
set requests = known.requests + excluded.requests,
    accepted = known.accepted + excluded.accepted,
    rejected = known.rejected + excluded.rejected,
    first_at = least(known.first_at, excluded.first_at),
    last_at = greatest(known.last_at, excluded.last_at)
"""

#: Minute since 1970, key, route, status.
Use = tuple[int, str, str, int]
#: Requests, events accepted, events rejected, first and last time.
Counts = list[float]


class KeyUse:
    """Counts in memory, and writes to Postgres in the background."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[Use, Counts] = {}
        self._wrong: set[str] = set()
        self._dropped = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write on the running event loop."""
        self._task = asyncio.create_task(self._write_forever())

    async def stop(self, *, write: bool = True) -> None:
        """Write what is left; `write` False gives it up, where Postgres is known to be away."""
        if self._task is not None:
            self._task.cancel()
        if write:
            await self.write()
        if self._counts:
            logger.warning("uses of keys given up rows=%d", len(self._counts))

    def count(self, key_id: str, route: str, status: int, accepted: int = 0, rejected: int = 0) -> None:
        """Count one request."""
        now = time.time()
        use = (int(now) // 60, key_id, route, status)
        counts = self._counts.get(use)
        if counts is None:
            self._add(use, [1, accepted, rejected, now, now])
            return
        counts[0] += 1
        counts[1] += accepted
        counts[2] += rejected
        counts[4] = now

    def count_request(self, scope: MutableMapping[str, Any], route: str, status: int) -> None:
        """Count the request of `scope`, if it tried to say whose it is."""
        key_id = scope.get(KEY_ID)
        if key_id is None:
            return
        if WRONG in scope and key_id != NOBODY:
            if len(self._wrong) >= _MOST_WRONG_KEYS and key_id not in self._wrong:
                key_id = NOBODY
            else:
                self._wrong.add(key_id)
        self.count(key_id, route, status)

    async def write(self) -> None:
        """Write every count in one statement; what cannot be written waits for the next time."""
        self._wrong.clear()
        if not self._counts:
            return
        taken, self._counts = self._counts, {}
        rows = [[*use, *counts] for use, counts in taken.items()]
        columns = [list(column) for column in zip(*rows, strict=True)]
        for place in (4, 5, 6):
            columns[place] = [int(value) for value in columns[place]]
        try:
            await self._database.fetch(_WRITE, columns)
        except DatabaseAway:
            for use, counts in taken.items():
                self._merge(use, counts)
            if self._dropped:
                logger.warning("uses of keys could not be written dropped=%d", self._dropped)
                self._dropped = 0

    async def _write_forever(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS - time.time() % WRITE_SECONDS)
            try:
                await self.write()
            except Exception as error:
                logger.error("uses of keys could not be written error=%s", type(error).__name__)

    def _add(self, use: Use, counts: Counts) -> None:
        if len(self._counts) < _MOST_WAITING:
            self._counts[use] = counts
        else:
            self._dropped += 1

    def _merge(self, use: Use, counts: Counts) -> None:
        known = self._counts.get(use)
        if known is None:
            self._add(use, counts)
            return
        for place in range(3):
            known[place] += counts[place]
        known[3] = min(known[3], counts[3])
        known[4] = max(known[4], counts[4])
