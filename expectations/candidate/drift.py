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
            select o.programme_code, count(*) as cells_before, count(c.cell_id) as cells_kept
            from published.indicator_results as o
            left join cells as c on o.cell_id = c.cell_id
            where o.valid_to_publication is null
            group by o.programme_code
            having count(c.cell_id) < 0.8 * count(*)
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
