"""The gateway's producer: records go to Kafka, and a future tells when all in-sync replicas hold them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from ingestion.gateway.records import Record
from ingestion.topics import ACCEPTED

logger = logging.getLogger("corridor.gateway.log")

#: What may wait for the broker, as bytes of keys and values; librdkafka's own bounds lie above, as a second wall.
MAX_IN_FLIGHT = 48 * 1024 * 1024
MESSAGE_TIMEOUT_MS = 10_000


class Overloaded(RuntimeError):
    """More than MAX_IN_FLIGHT waits for the broker: nothing of this write was sent."""


class NotDurable(RuntimeError):
    """At least one record was not acknowledged in time: nothing is promised about any of them."""


class _Delivery:
    """The reports of one write. Called by the poll thread; appending to a list is the only step two threads share."""

    __slots__ = ("expected", "future", "log", "reports", "size")

    def __init__(self, log: KafkaLog, expected: int, size: int, future: asyncio.Future[None]) -> None:
        self.log = log
        self.expected = expected
        self.size = size
        self.future = future
        self.reports: list[Any] = []

    def __call__(self, error: Any, _message: Any) -> None:
        self.reports.append(error)
        if len(self.reports) >= self.expected:
            self.log._finished(self)


class KafkaLog:
    """One idempotent producer with acks=all. Use it from one event loop."""

    def __init__(self, bootstrap: str, *, message_timeout_ms: int = MESSAGE_TIMEOUT_MS) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": "corridor-gateway",
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 1,
                "message.timeout.ms": message_timeout_ms,
                "partitioner": "murmur2_random",
                "queue.buffering.max.messages": 1_000_000,
                "queue.buffering.max.kbytes": 2 * MAX_IN_FLIGHT // 1024,
                "socket.keepalive.enable": True,
                "reconnect.backoff.max.ms": 2_000,
                "error_cb": self._on_error,
                "log.connection.close": False,
            },
            logger=logging.getLogger("corridor.gateway.librdkafka"),
        )
        self._in_flight = 0
        self._done: deque[_Delivery] = deque()
        self._woken = False
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._poll, name="kafka-poll", daemon=True)
        self.fatal = asyncio.Event()

    def start(self) -> None:
        """Begin to serve delivery reports to the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    @property
    def in_flight(self) -> int:
        """Bytes that wait for the broker."""
        return self._in_flight

    async def write(self, records: Sequence[Record]) -> None:
        """Return when every record is acknowledged by all in-sync replicas. Raises Overloaded or NotDurable."""
        if not records:
            return
        size = sum(len(record.value) + len(record.key) for record in records)
        if self._in_flight + size > MAX_IN_FLIGHT:
            raise Overloaded
        assert self._loop is not None
        future: asyncio.Future[None] = self._loop.create_future()
        delivery = _Delivery(self, len(records), size, future)
        self._in_flight += size
        produce = self._producer.produce
        for topic, key, value in records:
            try:
                produce(topic, value, key, on_delivery=delivery)
            except (BufferError, KafkaException) as error:
                delivery(error, None)
        await future

    def is_reachable(self, timeout: float = 2.0) -> bool:
        """True if the broker answers for the topic of accepted events. Blocks up to `timeout` seconds."""
        try:
            topic = self._producer.list_topics(ACCEPTED, timeout).topics.get(ACCEPTED)
        except KafkaException:
            return False
        return topic is not None and topic.error is None

    def close(self, timeout: float = 15.0) -> int:
        """Wait for what is still on its way, stop the poll thread; returns how many records were given up."""
        self._stopping.set()
        left = int(self._producer.flush(timeout))
        self._thread.join(timeout=2.0)
        return left

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(0.5)

    def _finished(self, delivery: _Delivery) -> None:
        """From the poll thread. One wake-up of the loop serves all deliveries that finish until it runs."""
        self._done.append(delivery)
        if not self._woken:
            self._woken = True
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        self._woken = False
        while self._done:
            delivery = self._done.popleft()
            self._in_flight -= delivery.size
            delivery.size = 0
            if delivery.future.done():
                continue
            if any(error is not None for error in delivery.reports):
                delivery.future.set_exception(NotDurable())
            else:
                delivery.future.set_result(None)

    def _on_error(self, error: KafkaError) -> None:
        logger.warning("kafka code=%s fatal=%s", error.name(), error.fatal())
        if error.fatal() and self._loop is not None:
            self._loop.call_soon_threadsafe(self.fatal.set)
