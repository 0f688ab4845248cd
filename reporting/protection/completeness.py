"""Of how many of those counted sex, age and status are known: worked out of what readers see, so it tells no more."""

from __future__ import annotations

import psycopg
from psycopg import sql

#: Rows of one cell with several targets say the same number. A part that has no row was given by everybody.
_STATE = """
    with parts as (
        select distinct
            r.programme_code, r.indicator_code, r.geography_code, r.period_start, r.period_precision,
            r.dimension, r.dimension_value, r.actual,
            r.dimension_value in ('unknown', 'not_collected') as is_unknown
        from {table} as r
        where r.origin = 'computed' and r.funder is null and r.dimension in ('sex', 'age_band', 'status')
    ),

    breakdowns as (
        select
            p.programme_code, p.indicator_code, p.geography_code, p.period_start, p.period_precision, p.dimension,
            coalesce(sum(p.actual) filter (where p.is_unknown), 0) as unknown,
            coalesce(bool_or(p.actual is null) filter (where p.is_unknown), false) as is_hidden
        from parts as p
        group by
            p.programme_code, p.indicator_code, p.geography_code, p.period_start, p.period_precision, p.dimension
    ),

    totals as (
        select
            b.programme_code, b.indicator_code, b.geography_code, b.period_start, b.period_precision,
            max(b.unknown) as unknown,
            bool_or(b.is_hidden) as is_hidden
        from breakdowns as b
        group by b.programme_code, b.indicator_code, b.geography_code, b.period_start, b.period_precision
    )

    update {table} as r
    set completeness = case when not t.is_hidden then round(1 - t.unknown / r.actual, 3) end
    from totals as t
    where
        r.origin = 'computed'
        and r.funder is null
        and r.dimension = 'total'
        and r.unit_of_count in ('person', 'household', 'contact', 'arrival')
        and r.actual > 0
        and r.programme_code = t.programme_code
        and r.indicator_code = t.indicator_code
        and r.geography_code = t.geography_code
        and r.period_start = t.period_start
        and r.period_precision = t.period_precision
"""


def state_completeness(conn: psycopg.Connection, table: sql.Composable) -> int:
    """Set `completeness` of the shown totals in `table`, whose cells are protected; returns of how many rows.

    From 0 to 1: the least part known of any published breakdown by sex, age and status; empty where a part that is
    unknown or was not collected is hidden, and of figures without such a breakdown.
    """
    return conn.execute(sql.SQL(_STATE).format(table=table)).rowcount
