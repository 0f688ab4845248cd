with parts as (
    select
        c.programme_code,
        c.indicator_code,
        c.geography_code,
        c.period_start,
        c.period_precision,
        c.dimension,
        sum(c.value) as amount
    from {{ ref('int_cells_computed') }} as c
    inner join {{ ref('dim_indicators') }} as i on c.indicator_code = i.indicator_code
    where i.dimension_rule = 'partition'
    group by
        c.programme_code, c.indicator_code, c.geography_code, c.period_start, c.period_precision, c.dimension
),

compared as (
    select
        *,
        max(amount) filter (where dimension = 'total') over (
            partition by programme_code, indicator_code, geography_code, period_start, period_precision
        ) as total
    from parts
)

select
    *,
    'The parts of ' || indicator_code || ' by ' || dimension || ' in ' || geography_code
    || ' do not add to the total.' as sentence
from compared
where amount is distinct from total
