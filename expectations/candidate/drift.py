"""The next publication against the last one."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.candidate.rows import no_rows
from expectations.outcome import WARNING


def expectations() -> list[Expectation]:
    """Expectations on what changes from one publication to the next."""
    return [
        no_rows(
            "programme_keeps_its_cells",
            WARNING,
            "No programme loses more than a fifth of its figures from one publication to the next.",
            """
            select b.programme_code, b.cells_before, coalesce(l.cells_lost, 0) as cells_lost
            from (
                select o.programme_code, count(*) as cells_before
                from published.indicator_results as o
                where o.valid_to_publication is null
                group by o.programme_code
            ) as b
            inner join (
                select o.programme_code, count(*) as cells_lost
                from published.indicator_results as o
                left join cells as c on o.cell_id = c.cell_id
                where
                    o.valid_to_publication is null
                    and (o.component is null or o.component in (select r.component from ops.replaced_components as r))
                    and c.cell_id is null
                group by o.programme_code
            ) as l on b.programme_code = l.programme_code
            where l.cells_lost > 0.2 * b.cells_before
            """,
        ),
        no_rows(
            "figures_to_date_do_not_fall",
            WARNING,
            "A figure to date does not fall; where it does, a correction should explain it.",
            """
            select c.cell_id, c.indicator_code, c.geography_code
            from cells as c
            inner join published.indicator_results as o
                on c.cell_id = o.cell_id and o.valid_to_publication is null
            where c.basis = 'to_date' and c.actual < o.actual
            limit 50
            """,
        ),
    ]
