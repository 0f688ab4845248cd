"""What is on its way: in Kafka behind the closed loads, and in the gateway's spool, by partner."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import orjson
from kafka import TopicPartition

from infra.settings import Settings
from ingestion.gateway.spool_packing import unpack
from ingestion.loading.offsets import open_consumer
from ingestion.loading.plan import partitions_of
from ingestion.loading.ranges import Range
from ingestion.loading.source import batches, open_reader

#: Beyond so many nobody waits for the count by partner: the next check does it.
MOST_COUNTED = 50_000
_TIMEOUT = 10.0

#: Events by (partner, way).
ByPartner = Counter[tuple[str, str]]


def cluster_id_of(settings: Settings) -> str:
    """As the brokers name their cluster. Raises KafkaException if none answers."""
    reader = open_reader(settings)
    try:
        return str(reader.list_topics(timeout=_TIMEOUT).cluster_id)
    finally:
        reader.close()


def waiting_in_kafka(
    settings: Settings, sources: Mapping[str, str], loaded: Mapping[tuple[str, int], int]
) -> tuple[int, ByPartner | None]:
    """Offsets behind `loaded` (next offset by topic and partition), and their events by partner.

    None instead of the events if they are too many to be read now.
    """
    consumer = open_consumer(settings)
    try:
        places = partitions_of(consumer, sources)
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    finally:
        consumer.close()
    starts = {p: max(loaded.get((p.topic, p.partition), 0), begins[p]) for p in places}
    waiting = [
        Range(sources[place.topic], place.topic, place.partition, starts[place], ends[place])
        for place in places
        if ends[place] > starts[place]
    ]
    size = sum(range_.size for range_ in waiting)
    if size > MOST_COUNTED:
        return size, None
    found: ByPartner = Counter()
    if waiting:
        reader = open_reader(settings)
        try:
            for range_ in waiting:
                for batch in batches(reader, range_):
                    found.update(_whose(value) for _, value in batch.records)
        finally:
            reader.close()
    return size, found


def records_in_kafka(settings: Settings, topic: str, partition: int, first: int, next_offset: int) -> set[int] | None:
    """The offsets of a stretch that hold a record that readers may see; None if the log has forgotten some of it."""
    consumer = open_consumer(settings)
    try:
        place = TopicPartition(topic, partition)
        if consumer.beginning_offsets([place])[place] > first:
            return None
    finally:
        consumer.close()
    reader = open_reader(settings)
    try:
        stretch = Range("", topic, partition, first, next_offset)
        return {offset for batch in batches(reader, stretch) for offset, _ in batch.records}
    finally:
        reader.close()


def held_in_spool(path: Path) -> tuple[int, ByPartner | None]:
    """Events that a gateway of this machine keeps for Kafka, those put aside too, and by partner.

    None instead of the latter if they are too many to be read now.
    """
    if not path.exists():
        return 0, Counter()
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5.0)
    try:
        (size,) = connection.execute("select coalesce(sum(events), 0) from writes").fetchone()
        if size > MOST_COUNTED:
            return size, None
        found: ByPartner = Counter()
        for (packed,) in connection.execute("select packed from writes union all select packed from put_aside"):
            found.update(_whose(record.value) for record in unpack(packed))
        return found.total(), found
    except (sqlite3.Error, ValueError):
        # Emptied and removed under our eyes: what it held is in Kafka by now.
        return (0, Counter()) if not path.exists() else (0, None)
    finally:
        connection.close()


def _whose(value: bytes) -> tuple[str, str]:
    try:
        event = orjson.loads(value)
        return str(event.get("partner") or ""), "gateway" if event.get("receipt") else "intake"
    except (ValueError, AttributeError):
        return "", "gateway"
