{{ config(materialized='table', pre_hook='set local enable_nestloop = off', post_hook='analyze {{ this }}') }}
-- Parts that are empty here and are counted elsewhere in the same component and period. Some are hidden together with
-- small ones: a hidden cell may then be empty, which leaves far more open than a list of all that is not. Of what adds
-- up over time a quarter or year can only be empty in a part that one of its months could have had: others are known to
-- be. The planner takes the joins of so many columns for a row or two, and loops over them for minutes if it may.
with cells as (
    select c.*
    from {{ ref('int_cells_computed') }} as c
    where
        c.unit_of_count in ('person', 'household', 'contact', 'arrival')
        and c.funder is null
        and c.period_precision is distinct from 'phase'
),

small as (
    select distinct component from cells
    where value < threshold
),

blocks as (
    select * from cells
    where dimension = 'total' and component in (select s.component from small as s)
),

parts as (
    select distinct component, period_start, period_precision, dimension, dimension_value
    from cells
    where dimension <> 'total'
),

longer_periods as (
    select distinct
        m.component,
        m.geography_code,
        q.dimension,
        q.dimension_value,
        l.period_precision,
        date_trunc(l.period_precision, m.period_start)::date as period_start
    from blocks as m
    inner join parts as q
        on m.component = q.component and m.period_start = q.period_start and m.period_precision = q.period_precision
    cross join unnest(array['quarter', 'year']) as l (period_precision)
    where m.period_precision = 'month' and m.unit_of_count in ('contact', 'arrival')
)

select
    -row_number() over () as cell_number,
    b.component,
    b.programme_code,
    b.indicator_code,
    b.unit_of_count,
    b.threshold,
    b.geography_level,
    b.geography_code,
    b.period_start,
    b.period_precision,
    b.funder,
    p.dimension,
    p.dimension_value,
    0::numeric as value,
    null::numeric as numerator,
    null::numeric as denominator,
    0 as amounts_without_rate,
    null::numeric as completeness
from blocks as b
inner join parts as p
    on
        b.component = p.component
        and b.period_start = p.period_start
        and b.period_precision = p.period_precision
left join cells as c
    on
        b.component = c.component
        and b.period_start = c.period_start
        and b.period_precision = c.period_precision
        and b.geography_code = c.geography_code
        and p.dimension = c.dimension
        and p.dimension_value = c.dimension_value
left join longer_periods as l
    on
        b.component = l.component
        and b.period_start = l.period_start
        and b.period_precision = l.period_precision
        and b.geography_code = l.geography_code
        and p.dimension = l.dimension
        and p.dimension_value = l.dimension_value
where
    c.cell_number is null
    and (b.period_precision = 'month' or b.unit_of_count not in ('contact', 'arrival') or l.component is not null)
