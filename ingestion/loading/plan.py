"""Open a load: close what an earlier one left open, take every partition over, and say which ranges to load."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from kafka import KafkaConsumer, TopicPartition
from psycopg.errors import LockNotAvailable

from infra.settings import Settings
from ingestion.loading.offsets import open_consumer
from ingestion.loading.problems import LoadError
from ingestion.loading.ranges import Range
from ingestion.topics import ACCEPTED, REJECTED

log = logging.getLogger(__name__)

#: Kind of records by topic: everything that is loaded.
SOURCES: Mapping[str, str] = {ACCEPTED: "accepted", REJECTED: "rejected"}

#: Offsets of one partition that one load takes at most; the rest is the next load's.
RANGE_OFFSETS = 1_000_000


@dataclass(frozen=True)
class Plan:
    """A load that has been opened; `ranges` may be empty if it only tidies up after an earlier one."""

    load_id: int
    ranges: list[Range]

    @property
    def size(self) -> int:
        """Offsets to load."""
        return sum(each.size for each in self.ranges)


def open_load(settings: Settings, run_id: str, sources: Mapping[str, str] = SOURCES) -> Plan | None:
    """Open a load over everything between the stored offsets and the end of the log; None if nothing waits.

    Raises LoadError if a stored offset lies beyond the end of its log.
    """
    log_ends = _look_at_log(settings, sources)
    with psycopg.connect(settings.dsn("loader"), autocommit=True, application_name="corridor plan") as connection:
        if not _something_waits(connection, log_ends):
            return None
        make_partitions_ahead(connection)
        with connection.transaction():
            load_id = new_load(connection, run_id)
            ranges = [
                _take(connection, load_id, sources[place.topic], place, begin, end)
                for place, (begin, end) in sorted(log_ends.items())
            ]
    return Plan(load_id, [each for each in ranges if each.size > 0])


def new_load(connection: psycopg.Connection, run_id: str) -> int:
    """Close every open load and open a new one, within the caller's transaction; returns its id.

    Closing comes first: a process of an earlier load that still lives can then land nothing any more, so that a
    closed load never gains rows and readers may take it as complete.
    """
    connection.execute("update raw.loads set finished_at = clock_timestamp() where finished_at is null")
    row = connection.execute("insert into raw.loads (run_id) values (%s) returning load_id", [run_id]).fetchone()
    assert row is not None
    return row[0]


def make_partitions_ahead(connection: psycopg.Connection) -> None:
    """Make the month partitions of raw.events for this and the next months, if no reader stands in the way."""
    try:
        with connection.transaction():
            connection.execute("set local lock_timeout = '2s'")
            connection.execute("select raw.ensure_event_partitions()")
    except LockNotAvailable:
        # Made two months ahead: a long query that reads raw.events now is no reason to stop loading.
        log.warning("The partitions of the coming months could not be made now; the next load tries again.")


def _look_at_log(settings: Settings, sources: Mapping[str, str]) -> dict[TopicPartition, tuple[int, int]]:
    consumer = open_consumer(settings)
    try:
        places = partitions_of(consumer, sources)
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    finally:
        consumer.close()
    return {place: (begins[place], ends[place]) for place in places}


def partitions_of(consumer: KafkaConsumer, sources: Mapping[str, str]) -> list[TopicPartition]:
    """Every partition of the topics that are loaded. Raises LoadError if a topic does not exist."""
    places = []
    for topic in sources:
        partitions = consumer.partitions_for_topic(topic)
        if not partitions:
            raise LoadError(f"The topic {topic} does not exist: run `corridor topics apply`.")
        places += [TopicPartition(topic, partition) for partition in sorted(partitions)]
    return places


def _something_waits(connection: psycopg.Connection, log_ends: dict[TopicPartition, tuple[int, int]]) -> bool:
    open_loads = connection.execute("select 1 from raw.loads where finished_at is null limit 1").fetchone()
    stored = {
        (topic, partition): next_offset
        for topic, partition, next_offset in connection.execute(
            "select topic, kafka_partition, next_offset from raw.load_offsets"
        )
    }
    return open_loads is not None or any(
        stored.get((place.topic, place.partition), begin) != end for place, (begin, end) in log_ends.items()
    )


def _take(
    connection: psycopg.Connection, load_id: int, kind: str, place: TopicPartition, begin: int, end: int
) -> Range:
    """Take one partition over (a new epoch), account for what retention took away, and return what is to be loaded."""
    row = connection.execute(
        "insert into raw.load_offsets as o (topic, kafka_partition, next_offset) values (%s, %s, %s)"
        " on conflict (topic, kafka_partition) do update set epoch = o.epoch + 1, updated_at = clock_timestamp()"
        " returning next_offset",
        [place.topic, place.partition, begin],
    ).fetchone()
    assert row is not None
    first = row[0]
    if first > end:
        raise LoadError(
            f"{place.topic} [{place.partition}] ends at offset {end}, but everything up to {first} has been loaded: "
            "this is another log. Check CORRIDOR_KAFKA_BOOTSTRAP; if the topic was made anew on purpose, delete its "
            "rows of raw.load_offsets (events that are known already are not loaded twice)."
        )
    if first < begin:
        _account_for_expired(connection, load_id, place, first, begin)
        first = begin
    return Range(kind, place.topic, place.partition, first, min(end, first + RANGE_OFFSETS))


def _account_for_expired(
    connection: psycopg.Connection, load_id: int, place: TopicPartition, first: int, begin: int
) -> None:
    log.error(
        "%s [%s]: offsets %s to %s were deleted by retention before they were loaded. They are recorded as expired "
        "in raw.load_ranges; ask the partners concerned to send that time again (same ids: no doubles).",
        place.topic, place.partition, first, begin - 1,
    )  # fmt: skip
    connection.execute(
        "insert into raw.load_ranges (load_id, topic, kafka_partition, first_offset, next_offset, is_reread,"
        " rows_landed, duplicates, id_reused, refused, gaps, expired)"
        " values (%s, %s, %s, %s, %s, false, 0, 0, 0, 0, 0, %s)",
        [load_id, place.topic, place.partition, first, begin, begin - first],
    )
    connection.execute(
        "update raw.load_offsets set next_offset = %s where topic = %s and kafka_partition = %s",
        [begin, place.topic, place.partition],
    )
