"""How far the intake is behind its partners: measured by the stream, kept in ops, shown by `corridor status`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from psycopg.rows import class_row

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings
from ingestion.streaming.intake.emptying import Extent
from ingestion.streaming.intake.taken import Place, Taken

_TIMEOUT = 10.0
_UPSERT = """
insert into ops.intake_progress
    (topic, kafka_partition, partner, emptied_to, taken_to, written_to, oldest_waiting_at, last_taken_at, kept)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (topic, kafka_partition) do update set
    partner = excluded.partner,
    emptied_to = excluded.emptied_to,
    taken_to = excluded.taken_to,
    written_to = excluded.written_to,
    oldest_waiting_at = excluded.oldest_waiting_at,
    last_taken_at = greatest(excluded.last_taken_at, ops.intake_progress.last_taken_at),
    kept = excluded.kept,
    measured_at = clock_timestamp()"""


@dataclass(frozen=True)
class IntakeLag:
    """One partner with a producer. `state`: ok, late (over 5 minutes), alarm, or silent (nobody measures)."""

    partner: str
    programme: str
    topic: str
    waiting: int
    oldest_waiting_at: datetime | None
    last_taken_at: datetime | None
    measured_at: datetime | None
    state: str

    @property
    def is_alarming(self) -> bool:
        """True when events may be lost if nobody acts."""
        return self.state in ("alarm", "silent")


def intake_lag(settings: Settings, login: str = "reader") -> list[IntakeLag]:
    """Every partner with a producer. Raises psycopg.OperationalError while Postgres is away."""
    with psycopg.connect(settings.dsn(login), connect_timeout=5) as connection:
        return (
            connection.cursor(row_factory=class_row(IntakeLag))
            .execute(
                "select partner, programme, topic, waiting, oldest_waiting_at, last_taken_at, measured_at, state"
                " from ops.v_intake order by partner"
            )
            .fetchall()
        )


class Meter:
    """Asks the cluster how far the group is. `places` are partitions of intake topics."""

    def __init__(self, settings: Settings, group: str) -> None:
        common = {**kafka_client_settings(settings), "client.id": "corridor-intake-meter", "log_level": 3}
        self._admin = AdminClient(common)
        self._looking = {**common, "group.id": f"{group}-look", "enable.auto.commit": False, "fetch.wait.max.ms": 100}
        self._group = group

    def extents(self, topics: Iterable[str]) -> dict[Place, Extent]:
        """The offsets of every partition of `topics`. Raises KafkaException while the cluster does not answer."""
        known = self._admin.list_topics(timeout=_TIMEOUT).topics
        places = [TopicPartition(name, number) for name in topics if name in known for number in known[name].partitions]
        if not places:
            return {}
        asked = [ConsumerGroupTopicPartitions(self._group, [TopicPartition(p.topic, p.partition) for p in places])]
        answer = self._admin.list_consumer_group_offsets(asked, request_timeout=_TIMEOUT)[self._group].result()
        committed = {(each.topic, each.partition): each.offset for each in answer.topic_partitions or ()}
        begins = self._offsets(places, OffsetSpec.earliest())
        ends = self._offsets(places, OffsetSpec.latest())
        return {
            place: Extent(begins[place], max(committed.get(place, -1), begins[place]), ends[place]) for place in ends
        }

    def waiting_since(self, topic: str, partition: int, offset: int) -> datetime | None:
        """When the broker received the first record from `offset` on; None if none can be read in a second."""
        consumer = Consumer(self._looking)
        try:
            consumer.assign([TopicPartition(topic, partition, offset)])
            message = consumer.poll(1.0)
            if message is None or message.error() is not None:
                return None
            return datetime.fromtimestamp(message.timestamp()[1] / 1000, UTC)
        finally:
            consumer.close()

    def _offsets(self, places: list[TopicPartition], spec: OffsetSpec) -> dict[Place, int]:
        found = self._admin.list_offsets(dict.fromkeys(places, spec), request_timeout=_TIMEOUT)
        return {(place.topic, place.partition): future.result().offset for place, future in found.items()}


def keep_progress(
    settings: Settings,
    extents: Mapping[Place, Extent],
    partners: Mapping[str, str],
    oldest: Mapping[Place, datetime | None],
    taken: Taken,
    kept: timedelta,
) -> None:
    """Write the row of each partition. Raises psycopg.Error while Postgres is away."""
    rows = []
    for place, extent in extents.items():
        last = taken.last.get(place)
        at = None if last is None else datetime.fromtimestamp(last.at_ms / 1000, UTC)
        offsets = extent.begin, extent.taken, extent.end
        rows.append((*place, partners[place[0]], *offsets, oldest.get(place), at, kept))
    with psycopg.connect(
        settings.dsn("streaming"), connect_timeout=3, options="-c statement_timeout=5000", autocommit=True
    ) as connection:
        connection.cursor().executemany(_UPSERT, rows)
