"""Reading a range of offsets from Kafka, whatever lies in it: records, transaction markers, aborted records."""

from __future__ import annotations

import time
from collections.abc import Iterator

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings
from ingestion.loading.batch import Batch
from ingestion.loading.problems import LoadError
from ingestion.loading.ranges import Range

#: A batch is closed at the first of the two; a poll adds at most POLL_RECORDS to it.
BATCH_RECORDS = 10_000
BATCH_BYTES = 8 * 1024 * 1024
POLL_RECORDS = 2_000
#: Seconds that a poll waits for its last records. Where markers fill the range, it waits for nothing.
POLL_SECONDS = 0.1

#: Seconds without any progress after which a range is given up (the task is tried again).
STALLED_AFTER = 60.0


def open_reader(settings: Settings) -> Consumer:
    """A consumer without a group of its own: what is read next is decided by the offsets in Postgres alone."""
    return Consumer(
        {
            **kafka_client_settings(settings),
            "client.id": "corridor-load",
            # Asked for by the library; nothing is ever subscribed or committed.
            "group.id": "corridor-load",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "check.crcs": True,
            "fetch.wait.max.ms": 100,
            # What is fetched ahead is held in memory, whatever the backlog.
            "queued.max.messages.kbytes": 16 * 1024,
            "queued.min.messages": 2 * BATCH_RECORDS,
            "max.partition.fetch.bytes": 4 * 1024 * 1024,
            # By default a full queue makes it pause for a whole second.
            "fetch.queue.backoff.ms": 10,
        }
    )


def batches(reader: Consumer, range_: Range, stalled_after: float = STALLED_AFTER) -> Iterator[Batch]:
    """Consecutive batches that cover the range to its last offset.

    The end is found by the position reached, not by the last record: a range may end with a transaction marker.
    Raises LoadError when Kafka gives nothing for `stalled_after` seconds, or no longer has the range.
    """
    reader.assign([TopicPartition(range_.topic, range_.partition, range_.first)])
    first, records, size = range_.first, list[tuple[int, bytes]](), 0
    position, moved_at = range_.first, time.monotonic()
    while position < range_.end:
        reached = position
        for message in reader.consume(min(POLL_RECORDS, range_.end - position), POLL_SECONDS):
            offset, value = message.offset(), message.value()
            if message.error() is not None:
                reached = max(reached, _end_of_log(message, range_))
                continue
            if offset < range_.end:
                records.append((offset, value or b""))
                size += len(value or b"")
            reached = offset + 1
        reached = min(reached, range_.end)
        if reached > position:
            position, moved_at = reached, time.monotonic()
        elif time.monotonic() - moved_at > stalled_after:
            raise LoadError(
                f"Kafka gave nothing more of {range_.topic} [{range_.partition}] at offset {position} for "
                f"{stalled_after:.0f} s, though the range ends at {range_.end}. Is the broker up (corridor status)? "
                "The load is tried again by itself."
            )
        if len(records) >= BATCH_RECORDS or size >= BATCH_BYTES or position >= range_.end:
            yield Batch(range_.kind, range_.topic, range_.partition, first, position, records, range_.is_reread)
            first, records, size = position, [], 0


def _end_of_log(message: Message, range_: Range) -> int:
    """The offset up to which everything that can be read has been read; 0 for a fault that may pass."""
    error = message.error()
    assert error is not None
    if error.code() == KafkaError._PARTITION_EOF:
        return message.offset() or 0
    if error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE) or error.fatal():
        raise LoadError(
            f"{range_.topic} [{range_.partition}] cannot be read from offset {range_.first} to {range_.end}: "
            f"{error.str()}. If retention has just deleted it, the next load records it as expired and goes on."
        )
    return 0
