"""The trigger behind the asset watcher of load_events: wakes it when something waits in Kafka.

It lives in the triggerer, looks once a second and never ends: a watcher that died would be silent. A signal that
is lost or doubled changes nothing, because a load takes whatever waits when it starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from infra.settings import Settings
from ingestion.loading.backlog import Look
from ingestion.loading.waking import Waking


class KafkaBacklogTrigger(BaseEventTrigger):
    """Fires while offsets wait that no load has been woken for. All times in seconds.

    Addresses and passwords come from the settings of the triggerer's own environment: what is serialised here
    lands in Airflow's database.
    """

    def __init__(
        self,
        interval: float = 1.0,
        min_interval: float = 5.0,
        resignal_after: float = 60.0,
        retry_after: float = 5.0,
    ) -> None:
        super().__init__()
        self.interval = interval
        self.min_interval = min_interval
        self.resignal_after = resignal_after
        self.retry_after = retry_after

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and keyword arguments, as Airflow wants them."""
        return (
            "ingestion.loading.backlog_trigger.KafkaBacklogTrigger",
            {
                "interval": self.interval,
                "min_interval": self.min_interval,
                "resignal_after": self.resignal_after,
                "retry_after": self.retry_after,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event each time a load is due, for ever."""
        waking = Waking(self.min_interval, self.resignal_after)
        look: Look | None = None
        try:
            while True:
                try:
                    if look is None:
                        look = await asyncio.to_thread(Look, Settings.load())
                    backlog = await asyncio.to_thread(look)
                except Exception as problem:
                    self.log.warning("Could not look at the backlog, trying again: %r", problem)
                    await _let_go(look)
                    look = None
                    await asyncio.sleep(self.retry_after)
                    continue
                if waking.due(backlog, time.monotonic()):
                    yield TriggerEvent({"waiting": backlog.size})
                await asyncio.sleep(self.interval)
        finally:
            await _let_go(look)


async def _let_go(look: Look | None) -> None:
    if look is not None:
        with contextlib.suppress(Exception):  # it is thrown away because it does not work
            await asyncio.to_thread(look.close)
