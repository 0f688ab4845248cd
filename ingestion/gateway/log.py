"""The gateway's producer: records go to Kafka, and each write learns when all in-sync replicas hold its records."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from ingestion.gateway.log_alone import AloneProducer
from ingestion.gateway.log_delivery import Delivery
from ingestion.gateway.quiet import Quietly
from ingestion.gateway.records import Record
from ingestion.topics import ACCEPTED

logger = logging.getLogger("corridor.gateway.log")
librdkafka_logger = logging.getLogger("corridor.gateway.librdkafka")
for _each in (logger, librdkafka_logger):
    _each.addFilter(Quietly())

#: What may wait for the broker, as bytes of keys and values; librdkafka's own bounds lie above, as a second wall.
MAX_IN_FLIGHT = 48 * 1024 * 1024
#: How long Kafka may take for a write before it counts as unable to answer.
PATIENCE_SECONDS = 1.5
_BUSY_SECONDS = 0.001
#: Errors of the connection are served too while nobody writes.
_IDLE_SECONDS = 1.0


class KafkaLog:
    """One idempotent producer with acks=all. Use it from one event loop.

    The loop itself asks for delivery reports, every millisecond while there is something to wait for. A thread
    of its own would have to win the interpreter's lock once for every record from a loop that is busy.
    """

    def __init__(self, cluster: Mapping[str, Any], *, patience: float = PATIENCE_SECONDS) -> None:
        common = {
            **cluster,
            "client.id": "corridor-gateway",
            "acks": "all",
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
            "socket.keepalive.enable": True,
            # A connection that is silent for this long is made anew, so that a network that is back is noticed.
            "socket.timeout.ms": 10_000,
            "socket.connection.setup.timeout.ms": 5_000,
            "reconnect.backoff.max.ms": 1_000,
            "log.connection.close": False,
        }
        self._producer = Producer(
            {
                **common,
                # With 1 ms librdkafka's broker thread is awake nearly always: half as many single events a second.
                # With 5 ms rather than 2 the broker needs a third less of the processor, and this process a tenth.
                "linger.ms": 5,
                "message.timeout.ms": 30_000,
                "queue.buffering.max.messages": 1_000_000,
                "queue.buffering.max.kbytes": 2 * MAX_IN_FLIGHT // 1024,
                "error_cb": self._on_error,
            },
            logger=librdkafka_logger,
        )
        self._alone = AloneProducer(common, librdkafka_logger)
        self._patience = patience
        self._in_flight = 0
        self._deliveries: deque[Delivery] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.fatal = asyncio.Event()
        #: As the brokers name their cluster; None until it was reached.
        self.cluster_id: str | None = None
        #: Told before any write learns that Kafka does not answer.
        self.on_silence: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to ask for delivery reports on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(_IDLE_SECONDS, self._tick)
        # librdkafka connects when it is asked for something: the first write should not wait for that.
        self._in_background(self.is_reachable)

    @property
    def in_flight(self) -> int:
        """Bytes that wait for the broker."""
        return self._in_flight

    def send(self, records: Sequence[Record], patience: float | None = None) -> Delivery:
        """Hand `records` (at least one) to Kafka; await the delivery's `future`, which never raises.

        It is done at the latest after `patience` seconds.
        """
        assert self._loop is not None
        size = 0
        for _, key, value in records:
            size += len(key) + len(value)
        delivery = Delivery(self._finished, records, size, self._patience if patience is None else patience)
        self._in_flight += size
        if not self._deliveries:
            self._tick_after(_BUSY_SECONDS)
        self._deliveries.append(delivery)
        place = 0
        for topic, together in groupby(records, itemgetter(0)):
            # One call for all wakes librdkafka's thread once: a third less of the processor than a call for each.
            messages: list[dict[str, Any]] = [{"key": key, "value": value} for _, key, value in together]
            try:
                queued = self._producer.produce_batch(topic, messages, on_delivery=delivery)
            except (BufferError, KafkaException) as error:  # none of them
                queued, messages = 0, [{"_error": error.args[0]}] * len(messages)
            if queued < len(messages):
                for at, message in enumerate(messages, place):
                    if "_error" in message:
                        delivery.not_sent(at, message["_error"])
            place += len(messages)
        return delivery

    async def send_alone(self, record: Record) -> bool:
        """Send one record in a batch of its own: True if Kafka has it, False if it refuses it for good.

        Raises TimeoutError if neither is known.
        """
        return await asyncio.to_thread(self._alone.send, record)

    def give_up(self) -> None:
        """End every wait as failed. What librdkafka has not sent yet will not be sent."""
        self.on_silence()
        given_up, self._deliveries = self._deliveries, deque()
        self._producer.purge(in_queue=True, in_flight=False, blocking=False)
        for delivery in given_up:
            delivery.failed = True
            if not delivery.future.done():
                delivery.future.set_result(None)

    async def answers(self, timeout: float = 1.0) -> bool:
        """True if the broker answers now."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()

        def tell(answer: bool) -> None:
            if not future.done():
                future.set_result(answer)

        def ask() -> None:
            answer = self.is_reachable(timeout)
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(tell, answer)

        self._in_background(ask)
        return await future

    def _in_background(self, ask: Callable[[], object]) -> None:
        """In a thread that a gateway that is told to stop does not wait for."""
        threading.Thread(target=ask, daemon=True, name="kafka-probe").start()

    def is_reachable(self, timeout: float = 2.0) -> bool:
        """True if the broker answers for the topic of accepted events. Blocks up to `timeout` seconds."""
        try:
            cluster = self._producer.list_topics(ACCEPTED, timeout)
        except KafkaException:
            return False
        self.cluster_id = cluster.cluster_id
        topic = cluster.topics.get(ACCEPTED)
        return topic is not None and topic.error is None

    async def close(self, timeout: float = 15.0) -> int:
        """Wait for what is still on its way; returns how many records were given up."""
        deadline = time.monotonic() + timeout
        while self._deliveries and time.monotonic() < deadline:
            await asyncio.sleep(_BUSY_SECONDS)
        if self._timer is not None:
            self._timer.cancel()
        return len(self._producer) if self._deliveries else 0

    def _tick(self) -> None:
        self._producer.poll(0)
        deliveries = self._deliveries
        while deliveries and deliveries[0].future.done():
            deliveries.popleft()
        assert self._loop is not None
        if deliveries and deliveries[0].deadline < self._loop.time():
            logger.warning("silent for=%d writes", len(deliveries))
            self.give_up()
        self._tick_after(_BUSY_SECONDS if self._deliveries else _IDLE_SECONDS)

    def _tick_after(self, seconds: float) -> None:
        assert self._loop is not None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._tick)

    def _finished(self, delivery: Delivery) -> None:
        self._in_flight -= delivery.size
        if delivery.future.done():
            return
        if delivery.failed:
            self.on_silence()
        elif delivery.refused:
            delivery.suspects = [n for n, record in enumerate(delivery.records) if record.value in delivery.refused]
        delivery.future.set_result(None)

    def _on_error(self, error: KafkaError) -> None:
        logger.warning("kafka=%s fatal=%s", error.name(), error.fatal())
        if error.fatal():
            self.fatal.set()
