"""The next publication against the last one."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.candidate.rows import no_rows
from expectations.catalogue import Catalogue
from expectations.outcome import CRITICAL, WARNING


def expectations(catalogue: Catalogue) -> list[Expectation]:
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
            "A figure to date that a document states does not fall; where it does, a correction should explain it.",
            """
            select c.cell_id, c.indicator_code, c.geography_code
            from cells as c
            inner join published.indicator_results as o
                on c.cell_id = o.cell_id and o.valid_to_publication is null
            where c.basis = 'to_date' and c.origin is distinct from 'computed' and c.actual < o.actual
            limit 50
            """,
        ),
        no_rows(
            "sums_to_date_fall_only_by_corrections",
            CRITICAL,
            "A total to date that we compute falls only when events were corrected or voided, or the rules changed.",
            """
            select c.cell_id, c.indicator_code, c.geography_code
            from cells as c
            inner join published.indicator_results as o
                on c.cell_id = o.cell_id and o.valid_to_publication is null
            where
                c.basis = 'to_date'
                and c.origin = 'computed'
                and c.dimension = 'total'
                and c.unit_of_count <> 'percent'
                and c.actual_exact < o.actual_exact
                -- A plan or an office may fall back to an earlier state.
                and c.indicator_code <> all({milestones}::text[])
                and not exists (
                    select from raw.events as e
                    cross join ops.current_publication as p
                    where
                        e.load_id > p.watermark_load_id
                        and e.programme = c.programme_code
                        and (e.operation <> 'create' or starts_with(e.type, 'rate.set'))
                )
                and not exists (
                    select from ops.builds as b
                    cross join ops.current_publication as p
                    inner join ops.publications as q on p.publication_id = q.publication_id
                    where b.state = 'running' and b.rules_hash <> q.revision
                )
            limit 50
            """,
            milestones=catalogue.milestones,
        ),
    ]
