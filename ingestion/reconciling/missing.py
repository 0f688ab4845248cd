"""Which offsets of a load have no row: named one by one."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from ingestion.reconciling.counted import Place

_RANGES = """
select first_offset, next_offset, gaps + expired from raw.load_ranges
where load_id = %s and topic = %s and kafka_partition = %s and not is_reread order by first_offset
"""
# A load that read the same stretch again may hold what this one lacks.
_OFFSETS = """
with loads as (
    select %(load_id)s::bigint as load_id
    union
    select load_id from raw.load_ranges
    where
        is_reread and topic = %(topic)s and kafka_partition = %(partition)s
        and first_offset < %(next)s and next_offset > %(first)s
)
select kafka_offset from raw.events inner join loads using (load_id)
where topic = %(topic)s and kafka_partition = %(partition)s
union
select kafka_offset from raw.rejected_events inner join loads using (load_id)
where topic = %(topic)s and kafka_partition = %(partition)s
union
select kafka_offset from raw.duplicate_events inner join loads using (load_id)
where topic = %(topic)s and kafka_partition = %(partition)s
union
select kafka_offset from raw.id_conflicts inner join loads using (load_id)
where topic = %(topic)s and kafka_partition = %(partition)s
"""

#: Offsets that hold a record, among (topic, partition, first, next); None if the log cannot say any more.
Records = Callable[[str, int, int, int], set[int] | None]


def missing_offsets(connection: psycopg.Connection, place: Place, records: Records) -> tuple[list[int], bool]:
    """Offsets of the load at `place` that should have a row and have none, and whether each is certain.

    Where transaction markers lie among them and the log has forgotten the stretch, no one can tell a marker from
    a lost record: then all offsets without a row are given, and False.
    """
    load_id, topic, partition = place
    ranges = connection.execute(_RANGES, [load_id, topic, partition]).fetchall()
    if not ranges:
        return [], True
    bounds = {"first": min(row[0] for row in ranges), "next": max(row[1] for row in ranges)}
    parameters = {"load_id": load_id, "topic": topic, "partition": partition, **bounds}
    there = {offset for (offset,) in connection.execute(_OFFSETS, parameters)}
    missing: list[int] = []
    certain = True
    for first, next_offset, rest in ranges:
        without = [offset for offset in range(first, next_offset) if offset not in there]
        if len(without) > rest > 0:
            held = records(topic, partition, first, next_offset)
            if held is None:
                certain = False
            else:
                without = [offset for offset in without if offset in held]
        elif len(without) <= rest:
            without = []
        missing += without
    return missing, certain
