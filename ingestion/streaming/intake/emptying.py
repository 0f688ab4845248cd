"""Empties intake topics of what was taken over: for readers with DeleteRecords, on the disk by closing segments."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings
from ingestion.streaming.intake.taken import Place, Taken

logger = logging.getLogger("corridor.intake.emptying")

#: The promise: whatever was taken over can be read by nobody, and has left the broker's disk, this long afterwards.
STATED_SECONDS = 60
#: A segment must be this old before a record of ours makes the broker close it: above segment.ms of the topics.
_ROLL_AFTER = 32.0
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Extent:
    """Offsets of one partition: all before `begin` is gone, `taken` comes next, `end` will be written next."""

    begin: int
    taken: int
    end: int


class Emptier:
    """Called every few seconds by one thread of each member. That two do the same does no harm."""

    def __init__(self, settings: Settings, taken: Taken) -> None:
        common = {**kafka_client_settings(settings), "client.id": "corridor-intake-emptier", "log_level": 3}
        self._admin = AdminClient(common, logger=logger)
        self._producer = Producer({**common, "acks": "all", "message.timeout.ms": 10_000}, logger=logger)
        self._taken = taken
        #: Offset of the last record of a partner that lies before the record by which we closed its segment.
        self._closed: dict[Place, int] = {}
        self._since = time.monotonic()

    def empty(self, extents: Mapping[Place, Extent]) -> None:
        """Delete what was taken over. Raises KafkaException if the cluster does not do it now."""
        due = [
            TopicPartition(topic, partition, extent.taken)
            for (topic, partition), extent in extents.items()
            if extent.taken > extent.begin
        ]
        if not due:
            return
        for place, future in self._admin.delete_records(due, request_timeout=_TIMEOUT).items():
            future.result()
            logger.debug("emptied topic=%s partition=%d to=%d", place.topic, place.partition, place.offset)

    def close_segments(self, extents: Mapping[Place, Extent]) -> None:
        """Write a record of our own behind what was emptied where nothing else follows.

        Kafka deletes whole segments, and closes one only when the next record comes. Where partners go on writing,
        theirs does it.
        """
        now = time.monotonic()
        for place, extent in extents.items():
            last = self._taken.last.get(place)
            if extent.taken < extent.end or extent.end == 0:
                continue
            # Of what other processes read, or an earlier one, the segment is closed once.
            offset, seen = (-1, self._since) if last is None else (last.offset, last.seen)
            if self._closed.get(place, -2) >= offset or now - seen < _ROLL_AFTER:
                continue
            topic, partition = place
            self._producer.produce(topic, self._taken.mark(topic, partition), partition=partition)
            self._closed[place] = offset
        if self._producer.flush(_TIMEOUT):
            logger.warning("segments cannot be closed now")
            self._closed.clear()
