"""Watches the warehouse for canaries, and keeps what was seen of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from ingestion.canary.canary import PROGRAMME, TYPE, Canary
from ingestion.canary.stations import KEPT_DAYS
from ingestion.topics import ACCEPTED

# An absolute count moves on with each event: the canary is in it once the offset is reached.
_LIVE = """
select exists (
    select from live.events_hourly
    where programme = %s and city = %s and type = %s and hour_start = date_trunc('hour', to_timestamp(%s), 'UTC')
        and kafka_partition = %s and last_offset >= %s
)
"""
_RANGE = """
select load_id from raw.load_ranges
where topic = %s and kafka_partition = %s and first_offset <= %s and next_offset > %s and not is_reread
order by first_offset desc limit 1
"""
_ROW = """
select exists (
    select from raw.events where load_id = %s and topic = %s and kafka_partition = %s and kafka_offset = %s
)
"""
_WATERMARK = "select watermark_load_id from ops.v_publication_watermark"
_KEEP = """
insert into ops.canary as known (
    canary_id, sent_at, accepted_at, kafka_at, live_at, raw_at, published_at, kafka_partition, kafka_offset, load_id,
    late_at, problem
)
values (
    %s, to_timestamp(%s), to_timestamp(%s), to_timestamp(%s), to_timestamp(%s), to_timestamp(%s), to_timestamp(%s),
    %s, %s, %s, %s, %s
)
on conflict (canary_id) do update
set accepted_at = excluded.accepted_at, kafka_at = excluded.kafka_at, live_at = excluded.live_at,
    raw_at = excluded.raw_at, published_at = excluded.published_at, kafka_partition = excluded.kafka_partition,
    kafka_offset = excluded.kafka_offset, load_id = excluded.load_id, late_at = excluded.late_at,
    problem = excluded.problem
"""


class WarehouseWatch:
    """One connection, made anew when it breaks. Every method raises psycopg.Error when Postgres does not answer."""

    def __init__(self, dsn: str, topic: str = ACCEPTED) -> None:
        self._dsn = dsn
        self._topic = topic
        self._connection: psycopg.Connection | None = None

    def look(self, canary: Canary) -> None:
        """See how far one has come that is in Kafka."""
        if canary.place is None:
            return
        connection = self._opened()
        if "live" not in canary.seen:
            cell = [PROGRAMME, canary.city, TYPE, canary.sent_at, *canary.place]
            if _yes(connection.execute(_LIVE, cell)):
                canary.reach("live", time.time())
        if "raw" not in canary.seen:
            self._look_at_raw(connection, canary, canary.place)
        if "raw" in canary.seen and "published" not in canary.seen:
            row = connection.execute(_WATERMARK).fetchone()
            if row and row[0] >= canary.load_id:
                canary.reach("published", time.time())

    def keep(self, canaries: Sequence[Canary]) -> None:
        """Write what changed."""
        for each in canaries:
            if each.changed:
                seen = [each.seen.get(name) for name in ("accepted", "kafka", "live", "raw", "published")]
                place = each.place or (None, None)
                self._opened().execute(
                    _KEEP,
                    [each.canary_id, each.sent_at, *seen, *place, each.load_id, each.late_at or None,
                     each.problem or None],
                )  # fmt: skip
                each.changed = False

    def forget_old(self) -> None:
        """Remove what is older than KEPT_DAYS."""
        self._opened().execute(
            "delete from ops.canary where sent_at < clock_timestamp() - make_interval(days => %s)", [KEPT_DAYS]
        )

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()

    def _look_at_raw(self, connection: psycopg.Connection, canary: Canary, place: tuple[int, int]) -> None:
        partition, offset = place
        row = connection.execute(_RANGE, [self._topic, partition, offset, offset]).fetchone()
        if row is None:
            return
        canary.load_id = row[0]
        if _yes(connection.execute(_ROW, [row[0], self._topic, partition, offset])):
            canary.reach("raw", time.time())
        elif not canary.problem:
            canary.problem, canary.changed = f"load {row[0]} accounts for it, and it is not in raw.events", True

    def _opened(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._dsn, autocommit=True, connect_timeout=5, application_name="corridor canary"
            )
        return self._connection


def _yes(cursor: psycopg.Cursor) -> bool:
    row = cursor.fetchone()
    return bool(row and row[0])
