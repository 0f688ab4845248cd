"""What came into a Kafka topic since a test began."""

from __future__ import annotations

from typing import Any

import orjson
from kafka import KafkaConsumer, TopicPartition

from tests.support import wait_for


class LogTail:
    """Reads one topic from its end as of now. Keeps every raw record that it has seen."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
        partitions = [TopicPartition(topic, number) for number in self._consumer.partitions_for_topic(topic)]
        self._consumer.assign(partitions)
        self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            self._consumer.position(partition)
        self.raw: list[bytes] = []
        self.records: list[dict[str, Any]] = []
        self.keys: list[bytes] = []

    def wait(self, count: int, seconds: float = 20.0, **wanted: str) -> list[dict[str, Any]]:
        """At least `count` records whose members equal `wanted`, in the order they were read."""

        def look() -> list[dict[str, Any]]:
            self._poll()
            found = [r for r in self.records if all(r.get(name) == value for name, value in wanted.items())]
            return found if len(found) >= count else []

        return wait_for(look, seconds, f"{count} records with {wanted}", every=0.05)

    def close(self) -> None:
        """Let go of the connection."""
        self._consumer.close()

    def _poll(self) -> None:
        for messages in self._consumer.poll(timeout_ms=200).values():
            for message in messages:
                self.raw.append(message.key + b" " + message.value)
                self.keys.append(message.key)
                self.records.append(orjson.loads(message.value))
