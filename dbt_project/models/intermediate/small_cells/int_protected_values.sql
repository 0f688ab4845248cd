{{ config(materialized='table') }}
-- What the small-cell rule looks at: counts of people, their empty parts, and the two parts behind a share.
-- Components without one small value need no protection, so they are left out. Figures to date of a phase follow their
-- years, when all of these are judged (reporting/protection).
{%- set cell = 'cell_number, component, programme_code, indicator_code, unit_of_count, geography_code, '
    ~ 'period_start, period_precision, threshold' %}
with counted as (
    select
        {{ cell }},
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
        v.amount is not null
        and c.period_precision is distinct from 'phase'
        and (
            c.unit_of_count in ('person', 'household', 'contact', 'arrival')
            or (c.unit_of_count = 'percent' and c.threshold > 0)
        )
),

protected as (
    select * from counted
    union all
    select
        {{ cell }},
        dimension,
        dimension_value,
        0
    from {{ ref('int_empty_cells') }}
)

select
    row_number() over (
        order by
            amount,
            concat_ws(
                '/', geography_code, period_start, period_precision, protected_dimension, protected_value
            ) collate "C",
            programme_code,
            p.indicator_code
    )::integer as size_rank,
    cell_number,
    programme_code,
    p.indicator_code,
    p.unit_of_count,
    geography_code,
    period_start,
    period_precision,
    protected_dimension,
    protected_value,
    amount,
    p.threshold,
    i.small_cell_policy = 'bottom_code_5' and p.unit_of_count <> 'percent' as is_coded
from (
    select
        *,
        bool_or(amount > 0 and amount < threshold) over (partition by component) as has_small
    from protected
) as p
inner join {{ ref('dim_indicators') }} as i on p.indicator_code = i.indicator_code
where has_small
