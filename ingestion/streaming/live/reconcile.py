"""Compares the live counters with raw: the same rule once more in SQL, first sight of each identity, creates only.

Exact, whatever streams by meanwhile: the counters are copied as they stand at one moment, and when loads have come as
far, the events before those very offsets are counted in raw. A partition that is not loaded as far in time is left out.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import NamedTuple

import psycopg

from infra.settings import Settings
from ingestion.topics import ACCEPTED

#: Comparisons that are kept.
KEPT = 24 * 14

_COPY = (
    """
create temporary table counted on commit preserve rows as
select kafka_partition, next_offset from live.progress""",
    """
create temporary table live_cells on commit preserve rows as
select programme, city, type, kafka_partition, hour_start, events from live.events_hourly""",
)

_LOADED = """
select count(*) = 0 from counted as c
left join raw.load_offsets as o on o.topic = %(topic)s and c.kafka_partition = o.kafka_partition
where coalesce(o.next_offset, 0) < c.next_offset"""

_LEAVE_OUT = """
delete from counted as c where c.next_offset > coalesce((
    select o.next_offset from raw.load_offsets as o
    where o.topic = %(topic)s and o.kafka_partition = c.kafka_partition
), 0)"""

# raw.events holds the first sight of each identity; what came again stands elsewhere.
_COMPARE = """
with loaded as (
    select
        e.programme, coalesce(e.city, e.programme) as city, e.type, e.kafka_partition,
        date_trunc('hour', e.occurred_at, 'UTC') as hour_start, count(*) as events
    from raw.events as e inner join counted as c on e.kafka_partition = c.kafka_partition
    where e.topic = %(topic)s and e.kafka_offset < c.next_offset and e.operation = 'create'
    group by 1, 2, 3, 4, 5
),
compared as materialized (
    select
        programme, city, type, hour_start, kafka_partition,
        coalesce(l.events, 0) as live_events, coalesce(loaded.events, 0) as raw_events
    from (select l.* from live_cells as l inner join counted using (kafka_partition)) as l
    full join loaded using (programme, city, type, hour_start, kafka_partition)
),
kept as (
    insert into live.reconciliations (partitions, waiting_for_loads, cells, cells_differing, live_events, raw_events)
    select
        %(partitions)s, %(partitions)s - (select count(*) from counted),
        count(*), count(*) filter (where live_events <> raw_events),
        coalesce(sum(live_events), 0), coalesce(sum(raw_events), 0)
    from compared
    returning reconciliation_id
)
insert into live.reconciliation_cells
select kept.reconciliation_id, programme, city, type, hour_start, kafka_partition, live_events, raw_events
from compared cross join kept where live_events <> raw_events
returning programme, city, type, hour_start, kafka_partition, live_events, raw_events"""

_FORGET = """
delete from live.reconciliations
where reconciliation_id <= (select max(reconciliation_id) from live.reconciliations) - %s"""


class Differing(NamedTuple):
    """A cell that the counters and raw count differently, within one Kafka partition."""

    programme: str
    city: str
    type: str
    hour_start: datetime
    kafka_partition: int
    live_events: int
    raw_events: int


def compare(settings: Settings, topic: str = ACCEPTED, patience: float = 120.0) -> list[Differing]:
    """The cells that differ; the comparison is kept in live.reconciliations, shown by ops.v_live_reconciliation.

    Waits up to `patience` seconds until what is counted now is loaded. A difference is no loss: an identity sent under
    two subjects may lie in two partitions, and counts in each of them; what the loader refused was counted; what had
    expired from the log when counting began is in raw alone.
    """
    end = time.monotonic() + patience
    with psycopg.connect(settings.dsn("streaming"), autocommit=True) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            copied = [connection.execute(each).rowcount for each in _COPY]
        while not _is_loaded(connection, topic) and time.monotonic() < end:
            time.sleep(0.5)
        with connection.transaction():
            connection.execute(_LEAVE_OUT, {"topic": topic})
            found = connection.execute(_COMPARE, {"topic": topic, "partitions": copied[0]}).fetchall()
            connection.execute(_FORGET, [KEPT])
    return sorted(Differing(*row) for row in found)


def _is_loaded(connection: psycopg.Connection, topic: str) -> bool:
    row = connection.execute(_LOADED, {"topic": topic}).fetchone()
    return row is not None and bool(row[0])
