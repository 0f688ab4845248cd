"""Bring what the spool holds to Kafka, in order, as soon as Kafka answers again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from ingestion.gateway.log import PATIENCE_SECONDS, KafkaLog
from ingestion.gateway.log_refused import rejected_record
from ingestion.gateway.records import Record
from ingestion.gateway.spool import Spool
from ingestion.gateway.spool_errors import NotStored
from ingestion.gateway.spool_file import Waiting
from ingestion.gateway.spool_packing import unpack
from ingestion.sealing import Sealer

logger = logging.getLogger("corridor.gateway.spool.drain")

_PROBE_SECONDS = 0.5
_BATCH_BYTES = 2 * 1024 * 1024
#: A try after silence is small: it shows whether Kafka takes records at all.
_FIRST_BYTES = 64 * 1024
_PATIENCE_SECONDS = 10.0
_PROBE_PATIENCE_SECONDS = 5.0
#: A healthy Kafka takes a batch in less.
_QUICK_SECONDS = PATIENCE_SECONDS / 2
#: With less than this in the spool, new writes wait until the last of it is in Kafka.
_REST_BYTES = 1024 * 1024


class Silent(Exception):
    """Kafka did not acknowledge a batch."""


class Drainer:
    """`gate` is closed for the moments in which the last writes leave the spool: new ones wait for it."""

    def __init__(self, kafka: KafkaLog, spool: Spool, sealer: Sealer) -> None:
        self._kafka = kafka
        self._spool = spool
        self._sealer = sealer
        self.gate = asyncio.Event()
        self.gate.set()

    async def run(self) -> None:
        """Return when Kafka answers and the spool is empty; the gate is open then, and no write is under way."""
        try:
            self._spool.breaker = "open"
            with suppress(NotStored):
                await self._spool.find()
            while not await self._round():
                await asyncio.sleep(_PROBE_SECONDS)
            self._spool.breaker = "closed"
        finally:
            self.gate.set()

    async def _round(self) -> bool:
        """Drain as far as Kafka takes it; True if the spool is empty and Kafka as quick as ever."""
        began = _now()
        try:
            if not await self._kafka.answers(_PROBE_PATIENCE_SECONDS):
                self._spool.breaker = "open"
                return False
            self._spool.breaker = "draining"
            quick = await self._empty(quick=_now() - began < _QUICK_SECONDS)
            await self._spool.clear()
        except (Silent, TimeoutError):
            self._spool.breaker = "open"
            return False
        except NotStored as trouble:
            logger.info("draining stopped reason=%s", type(trouble).__name__)
            return False
        except Exception as error:
            # Whatever it is, the next round tries again: draining must never end while something waits.
            logger.error("draining failed error=%s", type(error).__name__)
            return False
        finally:
            self.gate.set()
        return quick and self._spool.is_empty

    async def _empty(self, *, quick: bool) -> bool:
        """Drain all; returns whether Kafka was quick at the end: while it is slow, writes are better off here."""
        if self._spool.is_empty and not self._spool.holds_file:
            return quick
        size, last = _FIRST_BYTES, 0
        writes = await self._spool.read(last, size)
        while True:
            if quick and self._spool.size <= _REST_BYTES:
                self.gate.clear()
            if not writes:
                await self._spool.settle()
                writes = await self._spool.read(last, size)
                if not writes:
                    return quick
            size = _BATCH_BYTES
            last = writes[-1].number
            ahead = asyncio.create_task(self._spool.read(last, size))
            try:
                quick = await self._send(writes)
                await self._spool.remove(writes)
            finally:
                following = await asyncio.gather(ahead, return_exceptions=True)
            if isinstance(following[0], BaseException):
                raise following[0]
            writes = following[0]

    async def _send(self, writes: Sequence[Waiting]) -> bool:
        """Bring writes to Kafka; True if it was as quick as a healthy Kafka. Raises Silent."""
        records: list[Record] = []
        for write in writes:
            try:
                records += unpack(write.packed)
            except ValueError as error:
                await self._spool.put_aside(Record("", b"", write.packed), str(error))
        if not records:
            return True
        began = _now()
        delivery = self._kafka.send(records, _PATIENCE_SECONDS if self.gate.is_set() else None)
        await delivery.future
        if delivery.failed:
            raise Silent
        for place in delivery.suspects:
            await self._send_suspect(records[place])
        return _now() - began < _QUICK_SECONDS

    async def _send_suspect(self, record: Record) -> None:
        """A record that Kafka refuses goes, sealed, to the refused ones; if it does not fit there, it stays here."""
        if await self._kafka.send_alone(record):
            return
        logger.error("refused by Kafka topic=%s bytes=%d", record.topic, len(record.value))
        rejected = rejected_record(record, self._sealer)
        if rejected is None or not await self._kafka.send_alone(rejected):
            await self._spool.put_aside(record, "refused by Kafka, and so is its sealed form")


def _now() -> float:
    return asyncio.get_running_loop().time()
