"""Reconciliations and their differences in ops: what is open, what is new, what was mended."""

from __future__ import annotations

import psycopg

from ingestion.reconciling.difference import Difference

_KEEP = """
insert into ops.reconciliation_differences as d (
    reconciliation_id, kind, place, load_id, topic, kafka_partition, first_offset, next_offset, offsets, partner,
    expected, found, detail
)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (kind, place) where resolved_at is null do update
set seen_at = clock_timestamp(), expected = excluded.expected, found = excluded.found, detail = excluded.detail,
    offsets = excluded.offsets, first_offset = excluded.first_offset, next_offset = excluded.next_offset
returning reconciliation_id = %s
"""


def keep(connection: psycopg.Connection, reconciliation_id: int, differences: list[Difference]) -> int:
    """Store what was found; a difference that is open already stays one row. Returns how many are new.

    One that a person accepted as it is does not come back.
    """
    new = 0
    for each in differences:
        accepted = connection.execute(
            "select 1 from ops.reconciliation_differences where kind = %s and place = %s and accepted_by is not null"
            " and expected = %s and found = %s limit 1",
            [each.kind, each.place, each.expected, each.found],
        ).fetchone()
        if accepted:
            continue
        row = connection.execute(
            _KEEP,
            [
                reconciliation_id, each.kind, each.place, each.load_id, each.topic, each.partition, each.first_offset,
                each.next_offset, list(each.offsets), each.partner, each.expected, each.found, each.detail,
                reconciliation_id,
            ],
        ).fetchone()  # fmt: skip
        new += bool(row and row[0])
    return new


def resolve(connection: psycopg.Connection, kinds: list[str], still: list[Difference]) -> int:
    """Close the open differences of `kinds` that were looked at and are not among `still`."""
    cursor = connection.execute(
        "update ops.reconciliation_differences set resolved_at = clock_timestamp()"
        " where resolved_at is null and kind = any(%s) and not (kind || ' ' || place = any(%s))",
        [kinds, [f"{each.kind} {each.place}" for each in still]],
    )
    return cursor.rowcount


def open_differences(connection: psycopg.Connection) -> list[tuple[int, str]]:
    """Number and sentence of each difference that is still open, the oldest first."""
    return connection.execute(
        "select difference_id, detail from ops.reconciliation_differences where resolved_at is null"
        " order by difference_id"
    ).fetchall()


def loads_to_look_at_again(connection: psycopg.Connection) -> list[int]:
    """Loads with an open difference of rows: they may have been mended."""
    rows = connection.execute(
        "select distinct load_id from ops.reconciliation_differences"
        " where resolved_at is null and kind in ('missing_rows', 'unexpected_rows') and load_id is not null"
    )
    return [load_id for (load_id,) in rows]


def resolve_filled_holes(connection: psycopg.Connection) -> int:
    """Close holes that were read again as a whole since."""
    cursor = connection.execute(
        """
        update ops.reconciliation_differences as d set resolved_at = clock_timestamp()
        where
            d.resolved_at is null and d.kind = 'hole'
            and (
                select sum(least(r.next_offset, d.next_offset) - greatest(r.first_offset, d.first_offset))
                from raw.load_ranges as r
                where
                    r.is_reread and r.topic = d.topic and r.kafka_partition = d.kafka_partition
                    and r.load_id > d.load_id and r.first_offset < d.next_offset and r.next_offset > d.first_offset
            ) >= d.next_offset - d.first_offset
        """
    )
    return cursor.rowcount
