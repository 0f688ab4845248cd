"""The gateway's producer: records go to Kafka, and a future tells when all in-sync replicas hold them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from ingestion.gateway.quiet import Quietly
from ingestion.gateway.records import Record
from ingestion.topics import ACCEPTED

logger = logging.getLogger("corridor.gateway.log")
librdkafka_logger = logging.getLogger("corridor.gateway.librdkafka")
for _each in (logger, librdkafka_logger):
    _each.addFilter(Quietly())

#: What may wait for the broker, as bytes of keys and values; librdkafka's own bounds lie above, as a second wall.
MAX_IN_FLIGHT = 48 * 1024 * 1024
MESSAGE_TIMEOUT_MS = 10_000
_BUSY_SECONDS = 0.001
#: Errors of the connection are served too while nobody writes.
_IDLE_SECONDS = 1.0


class Overloaded(RuntimeError):
    """More than MAX_IN_FLIGHT waits for the broker: nothing of this write was sent."""


class NotDurable(RuntimeError):
    """At least one record was not acknowledged in time: nothing is promised about any of them."""


class _Delivery:
    """The reports of one write; called once a record."""

    __slots__ = ("failed", "future", "log", "size", "waiting")

    def __init__(self, log: KafkaLog, count: int, size: int, future: asyncio.Future[None]) -> None:
        self.log = log
        self.waiting = count
        self.size = size
        self.future = future
        self.failed = False

    def __call__(self, error: Any, _message: Any) -> None:
        self.waiting -= 1
        if error is not None:
            self.failed = True
        if not self.waiting:
            self.log._finished(self)


class KafkaLog:
    """One idempotent producer with acks=all. Use it from one event loop.

    The loop itself asks for delivery reports, every millisecond while there is something to wait for. A thread
    of its own would have to win the interpreter's lock once for every record from a loop that is busy.
    """

    def __init__(self, bootstrap: str, *, message_timeout_ms: int = MESSAGE_TIMEOUT_MS) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": "corridor-gateway",
                "acks": "all",
                "enable.idempotence": True,
                # With 1 ms librdkafka's broker thread is awake nearly always: half as many single events a second.
                "linger.ms": 2,
                "message.timeout.ms": message_timeout_ms,
                "partitioner": "murmur2_random",
                "queue.buffering.max.messages": 1_000_000,
                "queue.buffering.max.kbytes": 2 * MAX_IN_FLIGHT // 1024,
                "socket.keepalive.enable": True,
                "reconnect.backoff.max.ms": 2_000,
                "error_cb": self._on_error,
                "log.connection.close": False,
            },
            logger=librdkafka_logger,
        )
        self._in_flight = 0
        self._writes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.fatal = asyncio.Event()

    def start(self) -> None:
        """Begin to ask for delivery reports on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(_IDLE_SECONDS, self._tick)

    @property
    def in_flight(self) -> int:
        """Bytes that wait for the broker."""
        return self._in_flight

    async def write(self, records: Sequence[Record]) -> frozenset[int]:
        """Return when every record is acknowledged by all in-sync replicas. Raises Overloaded or NotDurable."""
        if not records:
            return frozenset()
        size = sum(len(record.value) + len(record.key) for record in records)
        if self._in_flight + size > MAX_IN_FLIGHT:
            raise Overloaded
        assert self._loop is not None
        future: asyncio.Future[None] = self._loop.create_future()
        delivery = _Delivery(self, len(records), size, future)
        self._in_flight += size
        if not self._writes:
            self._tick_after(_BUSY_SECONDS)
        self._writes += 1
        produce = self._producer.produce
        for topic, key, value in records:
            try:
                produce(topic, value, key, on_delivery=delivery)
            except (BufferError, KafkaException) as error:
                delivery(error, None)
        await future
        return frozenset()

    def is_reachable(self, timeout: float = 2.0) -> bool:
        """True if the broker answers for the topic of accepted events. Blocks up to `timeout` seconds."""
        try:
            topic = self._producer.list_topics(ACCEPTED, timeout).topics.get(ACCEPTED)
        except KafkaException:
            return False
        return topic is not None and topic.error is None

    async def close(self, timeout: float = 15.0) -> int:
        """Wait for what is still on its way; returns how many records were given up."""
        deadline = time.monotonic() + timeout
        while len(self._producer) and time.monotonic() < deadline:
            self._producer.poll(0)
            await asyncio.sleep(_BUSY_SECONDS)
        if self._timer is not None:
            self._timer.cancel()
        return len(self._producer)

    def _tick(self) -> None:
        self._producer.poll(0)
        self._tick_after(_BUSY_SECONDS if self._writes else _IDLE_SECONDS)

    def _tick_after(self, seconds: float) -> None:
        assert self._loop is not None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._tick)

    def _finished(self, delivery: _Delivery) -> None:
        self._writes -= 1
        self._in_flight -= delivery.size
        if delivery.future.done():
            return
        if delivery.failed:
            delivery.future.set_exception(NotDurable())
        else:
            delivery.future.set_result(None)

    def _on_error(self, error: KafkaError) -> None:
        logger.warning("kafka=%s fatal=%s", error.name(), error.fatal())
        if error.fatal():
            self.fatal.set()
