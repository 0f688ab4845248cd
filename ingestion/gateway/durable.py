"""The log that the gateway writes to: Kafka, or the spool while Kafka cannot answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings, SettingsError
from ingestion.gateway.log import MAX_IN_FLIGHT, PATIENCE_SECONDS, KafkaLog
from ingestion.gateway.quiet import Quietly
from ingestion.gateway.records import Record
from ingestion.gateway.spool import Spool
from ingestion.gateway.spool_drain import Drainer
from ingestion.gateway.spool_errors import AboveMark, NotStored, Overloaded, SpoolFull, Unavailable
from ingestion.sealing import Sealer

__all__ = ["AboveMark", "DurableLog", "NotStored", "Overloaded", "SpoolFull", "Unavailable", "durable_log"]

logger = logging.getLogger("corridor.gateway.durable")
logger.addFilter(Quietly())

_NONE: frozenset[int] = frozenset()


class DurableLog:
    """A circuit breaker in front of Kafka.

    Closed: writes go to Kafka. A write that is not acknowledged in time opens it, and goes to the spool with all that
    are under way. Open: writes go to the spool, so that what was written first is in Kafka first, until the
    drainer has emptied it.
    """

    def __init__(self, kafka: KafkaLog, spool: Spool, sealer: Sealer) -> None:
        self.kafka = kafka
        self.spool = spool
        self.fatal = kafka.fatal
        kafka.on_silence = self._open
        self._drainer = Drainer(kafka, spool, sealer)
        self._draining: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin on the running event loop; what an earlier process left in the spool goes first."""
        self.kafka.start()
        self.spool.look()
        if self.spool.holds_file:
            self._open()

    @property
    def in_flight(self) -> int:
        """Bytes that wait for the broker."""
        return self.kafka.in_flight

    def is_reachable(self) -> bool:
        """True if Kafka answers. Blocks up to two seconds."""
        return self.kafka.is_reachable()

    async def write(self, records: Sequence[Record]) -> frozenset[int]:
        """Return when every record is durable, with the places of those that Kafka refused for good.

        Raises AboveMark, SpoolFull, Unavailable or Overloaded: then nothing is promised.
        """
        if not records:
            return _NONE
        if not self._drainer.gate.is_set():
            await self._drainer.gate.wait()
        if self._draining is None and self.kafka.in_flight < MAX_IN_FLIGHT:
            refused = await self._send(records)
            if refused is not None:
                return refused
        self._open()
        try:
            await self.spool.append(records)
        except (SpoolFull, Unavailable):
            # Without a disk there is nothing to keep in order; Kafka may answer again by now.
            refused = await self._send(records) if self.spool.breaker == "draining" else None
            if refused is None:
                raise
            return refused
        return _NONE

    async def close(self) -> int:
        """Stop draining, wait for what is on its way; returns how many records were given up."""
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.wait([self._draining])
        left = await self.kafka.close()
        await self.spool.close()
        return left

    async def _send(self, records: Sequence[Record]) -> frozenset[int] | None:
        """The places of those that Kafka refused, or None if it does not answer."""
        delivery = self.kafka.send(records)
        await delivery.future
        if delivery.failed:
            return None
        return await self._refused(records, delivery.suspects) if delivery.suspects else _NONE

    async def _refused(self, records: Sequence[Record], suspects: Sequence[int]) -> frozenset[int]:
        """Which of the suspects Kafka refuses when each comes alone."""
        refused = set()
        for place in suspects:
            try:
                if not await self.kafka.send_alone(records[place]):
                    refused.add(place)
            except TimeoutError:
                self._open()
                await self.spool.append([records[place]])
        if refused:
            logger.error("refused by Kafka records=%d", len(refused))
        return frozenset(refused)

    def _open(self) -> None:
        if self._draining is None:
            logger.warning("open: Kafka does not answer, or the spool is not empty; writes go to the spool")
            self._draining = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        await self._drainer.run()
        self._draining = None
        logger.warning("closed: the spool is empty, writes go to Kafka")


def durable_log(settings: Settings, folder: Path, sealer: Sealer) -> DurableLog:
    """The log of a gateway that keeps its files in `folder`. Raises SettingsError for a wrong number."""
    kafka = KafkaLog(
        kafka_client_settings(settings),
        patience=_number(settings, "CORRIDOR_KAFKA_PATIENCE_SECONDS", PATIENCE_SECONDS),
    )
    spool = Spool(
        folder / "spool",
        max_bytes=int(_number(settings, "CORRIDOR_SPOOL_MAX_MB", 1024) * 2**20),
        reserve=int(_number(settings, "CORRIDOR_SPOOL_RESERVE_MB", 128) * 2**20),
    )
    return DurableLog(kafka, spool, sealer)


def _number(settings: Settings, name: str, default: float) -> float:
    text = settings.env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise SettingsError(f"{name} is {text!r}: set it to a number above 0.")
    return value
