"""What arrived in raw of each partner: running totals, moved on load by load."""

from __future__ import annotations

import psycopg


def _way(alias: str) -> str:
    """Only the gateway gives receipts."""
    return f"case when {alias}.receipt is null then 'intake' else 'gateway' end"


# What could not even be parsed got no receipt, and lies in the rejected topic.
_WAY_OF_REJECTION = """case
        when rejected_by = 'intake' then 'intake'
        when rejected_by = 'loader' and e.receipt is null and not e.topic = any(%(rejected)s) then 'intake'
        else 'gateway'
    end"""

# Loads that read a stretch again are left out: each of its offsets was counted by the load that read it first.
_MOVE_ON = f"""
with loads as (
    select distinct load_id from raw.load_ranges
    where load_id > %(after)s and load_id <= %(upto)s and not is_reread
),
counts as (
    select partner, {_way("e")} as way, count(*) as landed, 0 as duplicates, 0 as written_twice, 0 as id_reused,
        0 as refused, 0 as rejected
    from raw.events as e inner join loads using (load_id) group by 1, 2
    union all
    select d.partner, {_way("d")}, 0, count(*), count(e.id), 0, 0, 0
    from raw.duplicate_events as d inner join loads using (load_id)
    -- The same place in the same request: the log was slow to answer, and the gateway wrote it again.
    left join raw.events as e
        on d.source = e.source and d.id = e.id and d.receipt = e.receipt and d.receipt_index = e.receipt_index
        -- The first of the two landed shortly before; what is not found counts as stored without an answer.
        and e.load_id > %(after)s - 2000
    group by 1, 2
    union all
    select partner, {_way("e")}, 0, 0, 0, count(*), 0, 0
    from raw.id_conflicts as e inner join loads using (load_id) group by 1, 2
    union all
    select coalesce(partner, ''), {_WAY_OF_REJECTION}, 0, 0, 0, 0,
        count(*) filter (where rejected_by = 'loader' or code = 'log_refused'),
        count(*) filter (where rejected_by <> 'loader' and code <> 'log_refused')
    from raw.rejected_events as e inner join loads using (load_id) group by 1, 2
)
insert into ops.arrivals as a (partner, way, landed, duplicates, written_twice, id_reused, refused, rejected)
select partner, way, sum(landed), sum(duplicates), sum(written_twice), sum(id_reused), sum(refused), sum(rejected)
from counts group by partner, way
on conflict (partner, way) do update
set landed = a.landed + excluded.landed,
    duplicates = a.duplicates + excluded.duplicates,
    written_twice = a.written_twice + excluded.written_twice,
    id_reused = a.id_reused + excluded.id_reused,
    refused = a.refused + excluded.refused,
    rejected = a.rejected + excluded.rejected
"""  # noqa: S608 -- constants
_OFFSETS = """
insert into ops.reconciled_offsets (topic, kafka_partition, next_offset)
select distinct on (topic, kafka_partition) topic, kafka_partition, next_offset from raw.load_ranges
where load_id > %(after)s and load_id <= %(upto)s and not is_reread
order by topic, kafka_partition, load_id desc, first_offset desc
on conflict (topic, kafka_partition) do update set next_offset = excluded.next_offset
"""


def move_on(connection: psycopg.Connection, upto: int, rejected: list[str]) -> None:
    """Add what the closed loads up to `upto` brought, once each, within the caller's transaction.

    `rejected`: the topics that hold refused events.
    """
    row = connection.execute("select load_id from ops.reconciled for update").fetchone()
    assert row is not None
    window = {"after": row[0], "upto": upto, "rejected": rejected}
    if upto <= row[0]:
        return
    connection.execute(_MOVE_ON.encode(), window)
    connection.execute(_OFFSETS, window)
    connection.execute("update ops.reconciled set load_id = %s", [upto])
