"""Small counts stay hidden, also from subtraction. Written apart from dbt, so that one checks the other."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.candidate.rows import no_rows
from expectations.catalogue import Catalogue
from expectations.outcome import CRITICAL

#: Units whose small counts could point at somebody.
PROTECTED_UNITS = ["person", "household", "contact", "arrival"]


def expectations(catalogue: Catalogue) -> list[Expectation]:
    """Expectations on hidden cells. Figures already published elsewhere are exempt and say so."""
    return [
        no_rows(
            "small_counts_hidden",
            CRITICAL,
            "No count of people, households, contacts or arrivals below its threshold is shown.",
            """
            select c.cell_id, c.indicator_code, c.geography_code, c.period_start
            from cells as c
            inner join (values {thresholds}) as t (indicator_code, threshold) on c.indicator_code = t.indicator_code
            where
                c.unit_of_count = any({units}::text[])
                and c.suppression is distinct from 'exempt'
                and c.actual > 0
                and c.actual < t.threshold
            limit 50
            """,
            thresholds=catalogue.thresholds,
            units=PROTECTED_UNITS,
        ),
        no_rows(
            "hidden_shows_nothing",
            CRITICAL,
            "A hidden cell shows no value of any kind.",
            """
            select c.cell_id, c.indicator_code, c.geography_code, c.period_start
            from cells as c
            where
                (
                    c.suppression in ('complementary', 'bottom_coded')
                    and num_nonnulls(c.actual, c.numerator, c.denominator, c.achievement, c.completeness) > 0
                )
                or (c.suppression = 'complementary' and num_nonnulls(c.actual_low, c.actual_high) > 0)
            limit 50
            """,
        ),
        no_rows(
            "to_date_hidden_with_its_years",
            CRITICAL,
            "No figure to date of people or contacts is shown where one of its years is hidden.",
            """
            select c.cell_id, c.indicator_code, c.geography_code, c.period_start
            from cells as c
            inner join cells as y
                on
                    c.programme_code = y.programme_code
                    and c.indicator_code = y.indicator_code
                    and c.geography_level = y.geography_level
                    and c.geography_code = y.geography_code
                    and c.dimension = y.dimension
                    and c.dimension_value = y.dimension_value
                    and y.period_start between c.period_start and c.period_end
            where
                c.period_precision = 'phase'
                and y.period_precision = 'year'
                and c.origin = 'computed'
                and y.origin = 'computed'
                and c.actual is not null
                and y.suppression in ('complementary', 'bottom_coded')
            limit 50
            """,
        ),
        no_rows(
            "small_parts_of_shares_hidden",
            CRITICAL,
            "No share of people is shown of which either part is below the threshold.",
            """
            select c.cell_id, c.indicator_code, c.geography_code, c.period_start
            from cells as c
            inner join (values {thresholds}) as t (indicator_code, threshold) on c.indicator_code = t.indicator_code
            where
                c.unit_of_count = 'percent'
                and c.suppression is distinct from 'exempt'
                and (
                    (c.numerator > 0 and c.numerator < t.threshold)
                    or (c.denominator - c.numerator > 0 and c.denominator - c.numerator < t.threshold)
                )
            limit 50
            """,
            thresholds=catalogue.thresholds,
        ),
        no_rows(
            "hidden_groups_not_found_by_subtraction",
            CRITICAL,
            "Where a total is shown, the hidden groups of it are two or more, and together not below the threshold.",
            """
            select g.cell_id, g.indicator_code, g.geography_code, g.period_start, g.dimension
            from (
                select
                    min(c.cell_id) as cell_id, c.indicator_code, c.geography_code, c.period_start, c.dimension,
                    count(*) filter (where c.actual is null) as hidden,
                    sum(c.actual_exact) filter (where c.actual is null) as hidden_together,
                    bool_or(bool_or(c.actual is not null)) filter (where c.dimension = 'total') over (
                        partition by
                            c.programme_code, c.indicator_code, c.geography_code, c.project_code, c.phase, c.funder,
                            c.period_start, c.period_precision, c.basis
                    ) as total_is_shown
                from cells as c
                where
                    c.programme_code = any({computed}::text[])
                    and c.kind = 'actual'
                    and c.unit_of_count = any({units}::text[])
                    and c.dimension in ('total', 'sex', 'age_band', 'status')
                group by
                    c.programme_code, c.indicator_code, c.geography_code, c.project_code, c.phase, c.funder,
                    c.period_start, c.period_precision, c.basis, c.dimension
            ) as g
            inner join (values {thresholds}) as t (indicator_code, threshold) on g.indicator_code = t.indicator_code
            where
                g.dimension <> 'total'
                and g.total_is_shown
                and g.hidden > 0
                and (g.hidden = 1 or g.hidden_together < t.threshold)
            limit 50
            """,
            thresholds=catalogue.thresholds,
            computed=catalogue.computed,
            units=PROTECTED_UNITS,
        ),
        no_rows(
            "hidden_cities_not_found_by_subtraction",
            CRITICAL,
            "Where a country's figure is shown, its hidden cities are two or more, together not below the threshold.",
            """
            select
                min(c.cell_id) as cell_id, c.indicator_code, p.country_code, c.period_start,
                c.dimension, c.dimension_value
            from cells as c
            inner join (values {countries}) as p (city_code, country_code) on c.geography_code = p.city_code
            inner join (values {thresholds}) as t (indicator_code, threshold) on c.indicator_code = t.indicator_code
            inner join cells as country
                on
                    c.programme_code = country.programme_code
                    and c.indicator_code = country.indicator_code
                    and p.country_code = country.geography_code
                    and c.period_start = country.period_start
                    and c.period_precision = country.period_precision
                    and c.dimension = country.dimension
                    and c.dimension_value = country.dimension_value
                    and country.kind = 'actual'
                    and country.actual is not null
            where
                c.programme_code = any({computed}::text[])
                and c.kind = 'actual'
                and c.unit_of_count = any({units}::text[])
                and c.actual is null
            group by
                c.programme_code, c.indicator_code, p.country_code, c.period_start, c.period_precision,
                c.dimension, c.dimension_value
            having count(*) = 1 or sum(c.actual_exact) < min(t.threshold)
            limit 50
            """,
            countries=catalogue.countries,
            thresholds=catalogue.thresholds,
            computed=catalogue.computed,
            units=PROTECTED_UNITS,
        ),
    ]
