"""Figures that must agree with each other, before small cells are hidden."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.candidate.rows import no_rows
from expectations.catalogue import Catalogue
from expectations.outcome import CRITICAL, WARNING

#: Indicator of people, and the indicator of contacts with the same people.
PEOPLE_AND_CONTACTS = {"CM-O2-05": "CM-O2-04", "CM-O3-03-P": "CM-O3-03-V"}


def expectations(catalogue: Catalogue) -> list[Expectation]:
    """Expectations on sums, on people against contacts, and on shares."""
    return [
        no_rows(
            "groups_add_up",
            CRITICAL,
            "The groups by sex, by age and by status each add up to their total.",
            """
            select g.cell_id, g.indicator_code, g.geography_code, g.period_start, g.dimension
            from (
                select
                    min(c.cell_id) as cell_id, c.indicator_code, c.geography_code, c.period_start, c.dimension,
                    sum(c.actual_exact) as counted,
                    sum(sum(c.actual_exact)) filter (where c.dimension = 'total') over (
                        partition by
                            c.programme_code, c.indicator_code, c.geography_code, c.project_code, c.phase, c.funder,
                            c.period_start, c.period_precision, c.basis
                    ) as total
                from cells as c
                where
                    c.programme_code = any({computed}::text[])
                    and c.kind = 'actual'
                    and c.actual_exact is not null
                    and c.unit_of_count in ('person', 'household', 'contact')
                    and c.dimension in ('total', 'sex', 'age_band', 'status')
                group by
                    c.programme_code, c.indicator_code, c.geography_code, c.project_code, c.phase, c.funder,
                    c.period_start, c.period_precision, c.basis, c.dimension
            ) as g
            where g.dimension <> 'total' and g.counted is distinct from g.total
            limit 50
            """,
            computed=catalogue.computed,
        ),
        no_rows(
            "people_not_above_contacts",
            CRITICAL,
            "There are never more people than contacts with them, where both are counted from events.",
            """
            select p.cell_id, p.indicator_code, p.geography_code, p.period_start
            from cells as p
            inner join (values {pairs}) as pairs (people, contacts) on p.indicator_code = pairs.people
            left join cells as v
                on
                    p.programme_code = v.programme_code
                    and pairs.contacts = v.indicator_code
                    and p.geography_code = v.geography_code
                    and p.period_start = v.period_start
                    and p.period_precision = v.period_precision
                    and p.dimension = v.dimension
                    and p.dimension_value = v.dimension_value
                    and v.kind = 'actual'
            where
                p.programme_code = any({computed}::text[])
                and p.kind = 'actual'
                and p.dimension = 'total'
                and p.actual_exact > coalesce(v.actual_exact, 0)
                and not exists (
                    select from (values {reported}) as m (programme, indicator, city, first_day, last_day)
                    where
                        p.programme_code = m.programme
                        and pairs.contacts = m.indicator
                        and (p.geography_level not in ('site', 'city') or p.geography_code = m.city)
                        and p.period_start <= m.last_day::date
                        and p.period_end >= m.first_day::date
                )
            limit 50
            """,
            pairs=PEOPLE_AND_CONTACTS,
            # No city reports under this programme: a list of values must not be empty.
            reported=[("", "", "", "infinity", "infinity"), *catalogue.reported],
            computed=catalogue.computed,
        ),
        no_rows(
            "shares_within_bounds",
            CRITICAL,
            "A share that we compute lies between 0 and 100 percent, and no part is larger than its whole.",
            """
            select c.cell_id, c.indicator_code, c.geography_code, c.period_start
            from cells as c
            where
                c.unit_of_count = 'percent'
                and c.programme_code = any({computed}::text[])
                and (
                    c.actual_exact not between 0 and 100
                    or c.actual not between 0 and 100
                    or c.numerator_exact > c.denominator_exact
                )
            limit 50
            """,
            computed=catalogue.computed,
        ),
        no_rows(
            "stated_shares_within_bounds",
            WARNING,
            "A share that a document states lies between 0 and 100 percent.",
            """
            select c.cell_id, c.indicator_code, c.geography_code, c.period_start
            from cells as c
            where
                c.unit_of_count = 'percent'
                and c.kind = 'actual'
                and c.programme_code <> all({computed}::text[])
                and c.actual not between 0 and 100
            limit 50
            """,
            computed=catalogue.computed,
        ),
    ]
