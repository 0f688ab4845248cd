"""Every cell says what it counts and by which rule."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation
from psycopg import sql

from expectations.candidate.rows import STAYING, no_rows
from expectations.catalogue import Catalogue
from expectations.outcome import CRITICAL


def expectations(catalogue: Catalogue) -> list[Expectation]:
    """Expectations on identity, unit, rule and period of cells."""
    units = {code: catalogue.indicators[code]["unit_of_count"] for code in catalogue.ruled_indicators}
    return [
        no_rows(
            "cells_not_all_lost",
            CRITICAL,
            "The next publication is not empty while the current one is not.",
            """
            select o.cell_id from published.indicator_results as o
            where
                o.valid_to_publication is null
                and not exists (select from cells as c)
                and not exists (select from {staying} as s)
            limit 5
            """,
            staying=sql.SQL(STAYING),
        ),
        no_rows(
            "cells_unique",
            CRITICAL,
            "Each cell appears once.",
            "select c.cell_id, count(*) as cells from cells as c group by c.cell_id having count(*) > 1 limit 50",
        ),
        no_rows(
            "unit_and_rule_known",
            CRITICAL,
            "Every cell counts in the unit of its indicator, which has a rule over time, places and groups.",
            """
            select c.cell_id, c.indicator_code, c.unit_of_count
            from cells as c
            left join (values {units}) as u (indicator_code, unit_of_count) on c.indicator_code = u.indicator_code
            where c.unit_of_count is distinct from u.unit_of_count
            limit 50
            """,
            units=units,
        ),
        no_rows(
            "periods_in_order",
            CRITICAL,
            "No period ends before it starts.",
            "select c.cell_id, c.period_start from cells as c where c.period_end < c.period_start limit 50",
        ),
    ]
