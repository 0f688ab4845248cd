"""Brings a gateway's running totals to Postgres every few seconds; what it cannot bring, it brings later."""

from __future__ import annotations

import asyncio
import logging
import time

from ingestion.gateway.acknowledged import Acknowledged, Totals
from ingestion.gateway.database import Database, DatabaseAway
from ingestion.gateway.durable import DurableLog

logger = logging.getLogger("corridor.gateway.acknowledged")

WRITE_SECONDS = 5.0
_HEARD = """
insert into ops.gateways as known (gateway, since, spooled, cluster_id, stopped_at)
values (
    %(gateway)s, to_timestamp(%(since)s), %(spooled)s, %(cluster_id)s::text,
    case when %(stopped)s then clock_timestamp() end
)
on conflict (gateway) do update
set heard_at = clock_timestamp(), spooled = excluded.spooled, stopped_at = excluded.stopped_at,
    cluster_id = coalesce(excluded.cluster_id, known.cluster_id)
"""
_TOTALS = """
insert into ops.acknowledged as known (gateway, partner, accepted, rejected, duplicates)
select %(gateway)s, * from unnest(
    %(partners)s::text[], %(accepted)s::bigint[], %(rejected)s::bigint[], %(duplicates)s::bigint[]
)
on conflict (gateway, partner) do update
set accepted = greatest(known.accepted, excluded.accepted),
    rejected = greatest(known.rejected, excluded.rejected),
    duplicates = greatest(known.duplicates, excluded.duplicates)
"""


class AcknowledgedReport:
    """Absolute values: writing them twice, or late, changes nothing."""

    def __init__(self, acknowledged: Acknowledged, database: Database, log: DurableLog) -> None:
        self._acknowledged = acknowledged
        self._database = database
        self._log = log
        self._written: dict[str, Totals] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write on the running event loop."""
        self._task = asyncio.create_task(self._write_forever())

    async def stop(self, *, write: bool = True) -> None:
        """Write a last time, and say that no more will come; without `write` it is left to the next process."""
        if self._task is not None:
            self._task.cancel()
        if write:
            await self._try_to_write(stopped=True)
        self._acknowledged.close()

    async def write(self, *, stopped: bool = False) -> None:
        """Write what changed, in one transaction. While Postgres is away it waits for the next time."""
        totals, held = self._acknowledged.totals(), self._log.spool.state()
        changed = {name: counts for name, counts in totals.items() if self._written.get(name) != counts}
        who = {
            "gateway": self._acknowledged.gateway,
            "since": self._acknowledged.since,
            "spooled": held.events + held.put_aside,
            "cluster_id": self._log.kafka.cluster_id,
            "stopped": stopped,
        }
        accepted, rejected, duplicates = zip(*changed.values(), strict=True) if changed else ((), (), ())
        lists = {
            "partners": list(changed),
            "accepted": list(accepted),
            "rejected": list(rejected),
            "duplicates": list(duplicates),
        }
        try:
            async with self._database.connection() as connection, connection.transaction():
                await connection.execute(_HEARD.encode(), who)
                if changed:
                    await connection.execute(_TOTALS.encode(), who | lists)
        except DatabaseAway:
            return
        self._written = totals

    async def _write_forever(self) -> None:
        while True:
            await self._try_to_write()
            await asyncio.sleep(WRITE_SECONDS - time.time() % WRITE_SECONDS)

    async def _try_to_write(self, *, stopped: bool = False) -> None:
        try:
            await self.write(stopped=stopped)
        except Exception as error:
            logger.error("counts could not be written error=%s", type(error).__name__)
