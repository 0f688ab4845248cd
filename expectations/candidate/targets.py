"""Targets that partners set are there to be compared with."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation
from psycopg import sql

from expectations.candidate.rows import STAYING, no_rows
from expectations.catalogue import Catalogue
from expectations.outcome import CRITICAL


def expectations(catalogue: Catalogue) -> list[Expectation]:
    """Expectation that every target set for an indicator has a row, a missing number included."""
    return [
        no_rows(
            "targets_present",
            CRITICAL,
            "Every indicator that a target was set for shows that target, even when its number is missing.",
            """
            select distinct v.programme, v.indicator_code
            from (
                select distinct on (e.programme, e.source, e.subject)
                    e.programme,
                    e.data ->> 'indicator_code' as indicator_code,
                    e.operation
                from raw.events as e
                left join ops.city_gate as g
                    on e.programme = g.programme and coalesce(e.city, '') = g.city and g.state = 'held'
                where
                    e.type = 'target.set.v1'
                    and e.programme = any({programmes}::text[])
                    and e.load_id <= (select max(load_id) from ops.audits where subject = 'landing')
                    and (g.city is null or e.load_id <= coalesce(g.admitted_to_load, 0))
                order by
                    e.programme, e.source, e.subject,
                    e.record_version desc, e.received_at asc, e.id collate "C" asc
            ) as v
            where
                v.operation <> 'void'
                and not exists (
                    select from cells as c
                    where
                        c.programme_code = v.programme
                        and c.indicator_code = v.indicator_code
                        and (c.target is not null or c.target_phrase is not null or c.status = 'target_missing')
                )
                and not exists (
                    select from {staying} as s
                    where
                        s.programme_code = v.programme
                        and s.indicator_code = v.indicator_code
                        and (s.target is not null or s.target_phrase is not null or s.status = 'target_missing')
                )
            limit 50
            """,
            programmes=list(catalogue.simulated),
            staying=sql.SQL(STAYING),
        ),
    ]
