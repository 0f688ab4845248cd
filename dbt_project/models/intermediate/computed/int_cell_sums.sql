-- Every level: a country, a corridor or a programme sums what each of its cities counted distinctly, for the same
-- person cannot be recognised in two cities.
select
    t.component,
    c.programme_code,
    c.indicator_code,
    c.period_start,
    c.period_precision,
    p.geography_level,
    p.geography_code,
    c.funder,
    c.dimension,
    c.dimension_value,
    sum(c.amount) as amount,
    sum(c.amount_part) as amount_part,
    sum(c.amounts_without_rate)::integer as amounts_without_rate
from {{ ref('int_city_sums') }} as c
inner join {{ ref('int_touched_components') }} as t
    on
        c.programme_code = t.programme_code
        and c.indicator_code = t.indicator_code
        and c.period_start = t.period_start
        and c.period_precision = t.period_precision
inner join {{ ref('int_place_containers') }} as p on c.programme_code = p.programme_code and c.city = p.city
where c.counted > 0
group by
    t.component, c.programme_code, c.indicator_code, c.period_start, c.period_precision, p.geography_level,
    p.geography_code, c.funder, c.dimension, c.dimension_value
