"""Compares the live counters with raw: the same rule once more in SQL, first sight of each identity, creates only.

Exact at any time, whatever streams by meanwhile: of each Kafka partition the events before the offset up to which the
counters stand are counted in raw, if that much has been loaded; otherwise the partition waits for the next comparison.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import psycopg

from infra.settings import Settings
from ingestion.topics import ACCEPTED

#: Comparisons that are kept.
KEPT = 24 * 14

# raw.events holds the first sight of each identity; what came again stands elsewhere.
_COMPARE = """
with counted as (
    select p.kafka_partition, p.next_offset
    from live.progress as p
    inner join raw.load_offsets as o on o.topic = %(topic)s and p.kafka_partition = o.kafka_partition
    where o.next_offset >= p.next_offset
),
loaded as (
    select
        e.programme, coalesce(e.city, e.programme) as city, e.type, e.kafka_partition,
        date_trunc('hour', e.occurred_at, 'UTC') as hour_start, count(*) as events
    from raw.events as e inner join counted as c on e.kafka_partition = c.kafka_partition
    where e.topic = %(topic)s and e.kafka_offset < c.next_offset and e.operation = 'create'
    group by 1, 2, 3, 4, 5
),
live_cells as (
    select h.programme, h.city, h.type, h.kafka_partition, h.hour_start, h.events
    from live.events_hourly as h inner join counted as c on h.kafka_partition = c.kafka_partition
),
compared as materialized (
    select
        programme, city, type, hour_start, kafka_partition,
        coalesce(live_cells.events, 0) as live_events, coalesce(loaded.events, 0) as raw_events
    from live_cells full join loaded using (programme, city, type, hour_start, kafka_partition)
),
kept as (
    insert into live.reconciliations (
        partitions, waiting_for_loads, cells, cells_differing, live_events, raw_events
    )
    select
        (select count(*) from live.progress),
        (select count(*) from live.progress) - (select count(*) from counted),
        count(*), count(*) filter (where live_events <> raw_events),
        coalesce(sum(live_events), 0), coalesce(sum(raw_events), 0)
    from compared
    returning reconciliation_id
)
insert into live.reconciliation_cells
select
    kept.reconciliation_id, programme, city, type, hour_start, kafka_partition, live_events, raw_events
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


def compare(settings: Settings, topic: str = ACCEPTED) -> list[Differing]:
    """The cells that differ now; the comparison is kept in live.reconciliations, shown by ops.v_live_reconciliation.

    A difference is no loss: an identity sent under two subjects may lie in two partitions, and counts in each of them;
    what the loader refused was counted; what had expired from the log when counting began is in raw alone.
    """
    with psycopg.connect(settings.dsn("streaming")) as connection:
        differing = [Differing(*row) for row in connection.execute(_COMPARE, {"topic": topic})]
        connection.execute(_FORGET, [KEPT])
    return sorted(differing)
