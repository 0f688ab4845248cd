"""Reading a range of offsets from Kafka, whatever lies in it: records, transaction markers, aborted records."""

from __future__ import annotations

import time
from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition

from infra.kafka.client import kafka_python_settings
from infra.settings import Settings
from ingestion.loading.batch import Batch
from ingestion.loading.problems import LoadError
from ingestion.loading.ranges import Range

#: A batch is closed at the first of the two; a poll adds at most POLL_RECORDS to it.
BATCH_RECORDS = 10_000
BATCH_BYTES = 8 * 1024 * 1024
POLL_RECORDS = 2_000

#: Seconds without any progress after which a range is given up (the task is tried again).
STALLED_AFTER = 60.0


def open_consumer(settings: Settings) -> KafkaConsumer:
    """A consumer without a group: what is read next is decided by the offsets in Postgres alone."""
    return KafkaConsumer(
        **kafka_python_settings(settings),
        client_id="corridor-load",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        max_poll_records=POLL_RECORDS,
        fetch_max_bytes=BATCH_BYTES,
        max_partition_fetch_bytes=BATCH_BYTES // 2,
        fetch_max_wait_ms=100,
    )


def batches(consumer: KafkaConsumer, range_: Range, stalled_after: float = STALLED_AFTER) -> Iterator[Batch]:
    """Consecutive batches that cover the range to its last offset.

    The end is found by the consumer's position, not by the last record: a range may end with a transaction
    marker. Raises LoadError when Kafka gives nothing for `stalled_after` seconds.
    """
    place = TopicPartition(range_.topic, range_.partition)
    consumer.assign([place])
    consumer.seek(place, range_.first)
    first, records, size = range_.first, list[tuple[int, bytes]](), 0
    position, moved_at = range_.first, time.monotonic()
    while position < range_.end:
        for record in consumer.poll(timeout_ms=500).get(place, ()):
            if record.offset < range_.end:
                value = record.value or b""
                records.append((record.offset, value))
                size += len(value)
        reached = min(consumer.position(place), range_.end)
        if reached > position:
            position, moved_at = reached, time.monotonic()
        elif time.monotonic() - moved_at > stalled_after:
            raise LoadError(
                f"Kafka gave nothing more of {place.topic} [{place.partition}] at offset {position} for "
                f"{stalled_after:.0f} s, though the range ends at {range_.end}. Is the broker up (corridor status)? "
                "The load is tried again by itself."
            )
        if len(records) >= BATCH_RECORDS or size >= BATCH_BYTES or position >= range_.end:
            yield Batch(range_.kind, range_.topic, range_.partition, first, position, records, range_.is_reread)
            first, records, size = position, [], 0
