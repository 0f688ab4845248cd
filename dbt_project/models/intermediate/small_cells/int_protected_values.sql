{{ config(materialized='table') }}
-- What the small-cell rule looks at: counts of people, and the two parts behind a share of people.
-- Components without one small value need no protection, so they are left out.
with protected as (
    select
        c.*,
        v.protected_dimension,
        v.protected_value,
        v.amount::bigint as amount
    from {{ ref('int_cells_computed') }} as c
    cross join
        lateral (
            values
            (c.dimension, c.dimension_value, coalesce(c.denominator, c.value)),
            ('share', '1 part', c.numerator),
            ('share', '2 rest', c.denominator - c.numerator)
        ) as v (protected_dimension, protected_value, amount)
    where
        v.amount > 0
        and (
            c.unit_of_count in ('person', 'household', 'contact', 'arrival')
            or (c.unit_of_count = 'percent' and c.threshold > 0)
        )
)

select
    row_number() over (
        order by
            amount,
            concat_ws(
                '/', geography_code, period_start, period_precision, protected_dimension, protected_value
            ) collate "C",
            programme_code,
            indicator_code
    )::integer as size_rank,
    cell_number,
    programme_code,
    indicator_code,
    unit_of_count,
    geography_code,
    parent_geography_code,
    period_start,
    period_precision,
    protected_dimension,
    protected_value,
    amount,
    threshold
from (
    select
        *,
        bool_or(amount < threshold) over (partition by component) as has_small
    from protected
) as protected_groups
where has_small
