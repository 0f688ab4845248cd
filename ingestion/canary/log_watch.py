"""Watches the accepted topic for canaries; it reads only while one is on its way."""

from __future__ import annotations

import json
import logging

from confluent_kafka import Consumer, KafkaException, TopicPartition

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings
from ingestion.canary.canary import SOURCE
from ingestion.topics import ACCEPTED

log = logging.getLogger(__name__)

_TIMEOUT = 5.0
#: Its mark in a record, so that others need not be parsed.
_MARK = f'"source":"{SOURCE}"'.encode()


class LogWatch:
    """Reads on from where the log ended before the oldest canary that is still looked for was sent."""

    def __init__(self, settings: Settings, topic: str = ACCEPTED) -> None:
        self._settings = settings
        self._topic = topic
        self._consumer: Consumer | None = None
        self._reads = False
        #: Where each partition ended when Kafka was last asked.
        self._ends: dict[int, int] = {}
        self._missed = False

    def begin(self) -> None:
        """Read from here on, unless it reads already.

        If Kafka is away, a later call begins where the log ended when Kafka last answered: nothing is missed.
        """
        if self._reads:
            return
        try:
            consumer = self._connect()
            known = consumer.list_topics(self._topic, timeout=_TIMEOUT).topics[self._topic].partitions
            ends = {}
            for partition in known:
                place = TopicPartition(self._topic, partition)
                ends[partition] = consumer.get_watermark_offsets(place, timeout=_TIMEOUT)[1]
            starts = {**ends, **self._ends} if self._missed else ends
            consumer.assign([TopicPartition(self._topic, partition, start) for partition, start in starts.items()])
            self._ends, self._missed, self._reads = ends, False, True
        except KafkaException as error:
            self._missed = True
            log.warning("Kafka cannot be asked: %s", error.args[0].name())

    def found(self, seconds: float) -> list[tuple[str, int, int]]:
        """Id, partition and offset of the canaries that came by, waiting at most `seconds` for the first."""
        if not self._reads or self._consumer is None:
            return []
        found = []
        for message in self._consumer.consume(500, seconds):
            value = message.value()
            if message.error() is None and value is not None and _MARK in value:
                found.append((str(json.loads(value)["id"]), message.partition(), message.offset()))
        return found

    def rest(self) -> None:
        """Read no more until the next `begin`."""
        if self._reads and self._consumer is not None:
            self._consumer.unassign()
        self._reads = False

    def close(self) -> None:
        """Let go of the connections."""
        if self._consumer is not None:
            self._consumer.close()

    def _connect(self) -> Consumer:
        if self._consumer is None:
            self._consumer = Consumer(
                {
                    **kafka_client_settings(self._settings),
                    "group.id": "corridor-canary",
                    "client.id": "corridor-canary",
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "auto.offset.reset": "latest",
                    "isolation.level": "read_committed",
                    # It looks for one record in what came within seconds.
                    "queued.max.messages.kbytes": 2048,
                    "fetch.message.max.bytes": 262_144,
                    "log_level": 3,
                }
            )
        return self._consumer
