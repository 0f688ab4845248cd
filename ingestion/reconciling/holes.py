"""Ranges follow each other without a hole, and the stored offset stands where the last one ends."""

from __future__ import annotations

import psycopg

from ingestion.reconciling.difference import Difference

# Loads take over from one another, so their order is that of the offsets, unless a topic was made anew.
_HOLES = """
with ranges as (
    select load_id, topic, kafka_partition, first_offset, next_offset from raw.load_ranges
    where not is_reread and load_id > %(after)s and load_id <= %(upto)s
    union all
    select 0, topic, kafka_partition, next_offset, next_offset from ops.reconciled_offsets where %(after)s > 0
),
ordered as (
    select *, lag(next_offset) over (
        partition by topic, kafka_partition order by load_id, first_offset
    ) as reached
    from ranges
)
select load_id, topic, kafka_partition, reached, first_offset from ordered where first_offset > reached
"""
# The load that is open now has ranges too.
_STORED = """
with last as (
    select distinct on (topic, kafka_partition) topic, kafka_partition, next_offset
    from (
        select load_id, topic, kafka_partition, first_offset, next_offset from raw.load_ranges
        where not is_reread and load_id > %(after)s
        union all
        select 0, topic, kafka_partition, next_offset, next_offset from ops.reconciled_offsets where %(after)s > 0
    ) as ranges
    order by topic, kafka_partition, load_id desc, first_offset desc
)
select topic, kafka_partition, o.next_offset, l.next_offset
from raw.load_offsets as o inner join last as l using (topic, kafka_partition)
where o.next_offset <> l.next_offset
"""
_EXPIRED = """
select load_id, topic, kafka_partition, first_offset, next_offset from raw.load_ranges
where expired > 0 and load_id > %(after)s and load_id <= %(upto)s
"""


def find_holes(connection: psycopg.Connection, after: int, upto: int) -> list[Difference]:
    """What lies between ranges, or was deleted before it was loaded, in the loads behind `after` up to `upto`."""
    window = {"after": after, "upto": upto}
    found = []
    for load_id, topic, partition, reached, first in connection.execute(_HOLES, window):
        found.append(
            _stretch(
                "hole", load_id, topic, partition, reached, first,
                f"No load accounts for offsets {reached} to {first - 1}. Read them again: trigger load_events with "
                f'{{"reread_from": "{{\\"{topic}/{partition}\\": {reached}}}"}}.',
            )
        )  # fmt: skip
    for load_id, topic, partition, first, next_offset in connection.execute(_EXPIRED, window):
        found.append(
            _stretch(
                "expired", load_id, topic, partition, first, next_offset,
                f"Retention deleted offsets {first} to {next_offset - 1} before they were loaded. Ask the partners "
                "concerned to send it again (same ids: no doubles); then `corridor reconcile --accept` closes this.",
            )
        )  # fmt: skip
    for topic, partition, stored, reached in connection.execute(_STORED, window):
        detail = (
            f"The stored offset is {stored}, the last range ends at {reached}. Was raw.load_offsets changed by hand? "
            f"Put it back to {reached}: what is loaded twice changes nothing."
        )
        place = f"{topic}/{partition}"
        found.append(Difference("stored_offset", place, detail, reached, stored, topic=topic, partition=partition))
    return found


def _stretch(kind: str, load_id: int, topic: str, partition: int, first: int, next_: int, detail: str) -> Difference:
    return Difference(
        kind, f"{topic}/{partition}/{first}", detail, next_ - first, 0, load_id, topic, partition, first, next_
    )
