"""The events that a computed cell counts, as the warehouse holds them now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row


@dataclass(frozen=True)
class Evidence:
    """What the events of a cell add up to, in its unit, and the events without any token.

    Several events of one person count once: `counted` is those counted, `events` all that tell of them.
    """

    amount: Decimal
    amount_part: Decimal
    counted: int
    events: list[dict[str, Any]]

    def value(self, unit: str) -> Decimal | None:
        """The figure that follows from the events; a share in percent with one decimal; None of nothing."""
        if unit != "percent":
            return self.amount
        return round(100 * self.amount_part / self.amount, 1) if self.amount else None


def evidence(conn: psycopg.Connection, cell: dict[str, Any]) -> Evidence:
    """Count the cell's events again, from them alone, by the rule of distinct things within a city and period."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_QUERY, cell).fetchall()
    told = [row for row in rows if row["tells"]]
    return Evidence(
        amount=sum((row["amount"] or Decimal(0) for row in told), Decimal(0)),
        amount_part=sum((row["amount_part"] or Decimal(0) for row in told), Decimal(0)),
        counted=len(told),
        events=[{name: row[name] for name in _SHOWN} for row in rows],
    )


_SHOWN = ("source", "event_id", "event_type", "city", "month", "record_versions", "corrected")

# Of several events of one thing the latest says what it is, as in int_counted.
_QUERY = """
    with events as (
        select
            e.*,
            row_number() over (
                partition by e.city, e.counted_key
                order by e.occurred_at desc, e.received_at desc, e.event_id collate "C" desc
            ) = 1 as tells
        from warehouse.int_indicator_events as e
        inner join warehouse.int_place_containers as p on e.programme_code = p.programme_code and e.city = p.city
        where
            e.is_declared
            and e.programme_code = %(programme_code)s
            and e.indicator_code = %(indicator_code)s
            and p.geography_code = %(geography_code)s
            and p.geography_level = %(geography_level)s
            and e.month_start between %(period_start)s and %(period_end)s
    ),

    counted as (
        select city, counted_key
        from events
        where
            tells
            and case %(dimension)s
                when 'total' then %(funder)s::text is null or funder = %(funder)s
                when 'sex' then sex = %(dimension_value)s
                when 'age_band' then age_band = %(dimension_value)s
                when 'status' then status = %(dimension_value)s
                when 'sex_age' then sex || '|' || age_band = %(dimension_value)s
                when 'funding_source' then funding_source = %(dimension_value)s
            end
    )

    select
        e.source,
        e.event_id,
        e.event_type,
        e.city,
        to_char(e.month_start, 'YYYY-MM') as month,
        r.record_versions,
        r.corrected,
        e.tells,
        e.amount,
        e.amount_part
    from events as e
    inner join counted as c on e.city = c.city and e.counted_key = c.counted_key
    cross join lateral (
        select count(*) as record_versions, bool_or(v.operation <> 'create') as corrected
        from warehouse.int_records as v
        where e.record_key = v.record_key
    ) as r
    order by e.month_start, e.city, e.source, e.event_id
"""
