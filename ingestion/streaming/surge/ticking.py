"""Tells each city how far the log has been counted, so that hours close where nothing comes, too."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

import orjson
from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, Producer, TopicPartition

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings
from ingestion.streaming.surge.closing import TICK
from ingestion.streaming.surge.hours import last_closed_hour

log = logging.getLogger(__name__)

#: A record may bear a time that is a little older than its place in the log: producers wait and repeat.
MARGIN_MS = 60_000
_LOOK_SECONDS = 15.0
_ANSWER = 20.0


class Ticker(threading.Thread):
    """Once an hour, when all that was logged before has been counted, one tick to each city; doubles are harmless."""

    def __init__(
        self, settings: Settings, group: str, accepted: str, counts: str, keys: Callable[[], Iterable[str]]
    ) -> None:
        super().__init__(name="surge ticker", daemon=True)
        self._settings, self._group, self._accepted, self._counts = settings, group, accepted, counts
        self._keys = keys
        self._told: int | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look every few seconds until stopped; what fails is tried again."""
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.look(int(time.time() * 1000))
            except KafkaException as problem:
                log.warning("Hours cannot be closed now, trying again in %s s: %s", _LOOK_SECONDS, problem)

    def stop(self) -> None:
        """End the thread; may be called more than once."""
        self._stopping.set()

    def look(self, now_ms: int) -> bool:
        """Tick if an hour can be closed at `now_ms` and all logged until now has been counted. True if it did."""
        before = now_ms - MARGIN_MS
        if last_closed_hour(before) == self._told or not self._is_all_counted():
            return False
        producer = Producer({**kafka_client_settings(self._settings), "partitioner": "murmur2", "acks": "all"})
        for key in self._keys():
            producer.produce(self._counts, orjson.dumps({TICK: before}), key=key.encode())
        if producer.flush(_ANSWER):
            return False
        self._told = last_closed_hour(before)
        return True

    def _is_all_counted(self) -> bool:
        consumer = Consumer(
            {
                **kafka_client_settings(self._settings),
                "group.id": self._group,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
            }
        )
        try:
            numbers = consumer.list_topics(self._accepted, timeout=_ANSWER).topics[self._accepted].partitions
            ends = {
                number: consumer.get_watermark_offsets(TopicPartition(self._accepted, number), timeout=_ANSWER)
                for number in numbers
            }
            asked = [TopicPartition(self._accepted, number) for number in numbers]
            behind = []
            for place in consumer.committed(asked, timeout=_ANSWER):
                first, end = ends[place.partition]
                offset = first if place.offset == OFFSET_INVALID else place.offset
                if max(offset, first) < end:
                    behind.append(TopicPartition(self._accepted, place.partition, max(offset, first)))
            return not behind or _holds_no_record(consumer, behind)
        finally:
            consumer.close()


def _holds_no_record(consumer: Consumer, places: list[TopicPartition]) -> bool:
    """True if only marks of transactions are left from these places on."""
    consumer.assign(places)
    ended: set[int] = set()
    deadline = time.monotonic() + _ANSWER
    while len(ended) < len(places) and time.monotonic() < deadline:
        message = consumer.poll(1.0)
        if message is None:
            continue
        error = message.error()
        if error is None:
            return False
        if error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        ended.add(message.partition() or 0)
    return len(ended) == len(places)
