"""What the ledger says about closed loads, and what stands in the tables of raw: counts by load and partition."""

from __future__ import annotations

import psycopg

from ingestion.loading.counts import Counts

#: Rows of one kind by (load, topic, partition).
Place = tuple[int, str, int]


_WHICH = "(({t}load_id > %(after)s and {t}load_id <= %(upto)s) or {t}load_id = any(%(again)s))"

# A range that is read again leaves no row for what is known: only what it landed is looked for.
_LEDGER = f"""
select
    load_id, topic, kafka_partition, sum(rows_landed)::bigint,
    coalesce(sum(duplicates) filter (where not is_reread), 0)::bigint,
    coalesce(sum(id_reused) filter (where not is_reread), 0)::bigint,
    coalesce(sum(refused) filter (where not is_reread), 0)::bigint,
    sum(gaps + expired)::bigint
from raw.load_ranges
where {_WHICH.format(t="")}
group by load_id, topic, kafka_partition
-- Months that were moved out of the database are not looked for in it.
having bool_and(to_char(loaded_at at time zone 'UTC', 'YYYY_MM') = any(%(months)s))
"""  # noqa: S608

_ROWS = f"""
select load_id, topic, kafka_partition, sum(landed)::bigint, sum(duplicates)::bigint, sum(reused)::bigint,
    sum(refused)::bigint
from (
    select load_id, topic, kafka_partition, count(*) as landed, 0 as duplicates, 0 as reused, 0 as refused
    from raw.events where {_WHICH.format(t="")} group by 1, 2, 3
    union all
    select load_id, topic, kafka_partition, count(*) filter (where rejected_by <> 'loader'), 0, 0,
        count(*) filter (where rejected_by = 'loader')
    from raw.rejected_events where {_WHICH.format(t="")} group by 1, 2, 3
    union all
    select load_id, topic, kafka_partition, 0, count(*), 0, 0
    from raw.duplicate_events where {_WHICH.format(t="")} group by 1, 2, 3
    union all
    select load_id, topic, kafka_partition, 0, 0, count(*), 0
    from raw.id_conflicts where {_WHICH.format(t="")} group by 1, 2, 3
) as counts
group by load_id, topic, kafka_partition
"""  # noqa: S608

_MONTHS = """
select substring(inhrelid::regclass::text from '(\\d{4}_\\d{2})$')
from pg_inherits where inhparent = 'raw.events'::regclass
"""


def count_closed(
    connection: psycopg.Connection, after: int, upto: int, again: list[int]
) -> tuple[dict[Place, Counts], dict[Place, Counts]]:
    """Of the loads behind `after` up to `upto`, and those in `again`: what the ledger says, and what there is."""
    months = [month for (month,) in connection.execute(_MONTHS) if month]
    which = {"after": after, "upto": upto, "again": again, "months": months}
    ledger = {(row[0], row[1], row[2]): Counts(*row[3:]) for row in connection.execute(_LEDGER.encode(), which)}
    rows = {(row[0], row[1], row[2]): Counts(*row[3:]) for row in connection.execute(_ROWS.encode(), which)}
    return ledger, rows
