-- Every level: a country and a programme sum what each of their cities counted distinctly, for the same person cannot
-- be recognised in two cities.
select
    t.component,
    c.programme_code,
    c.indicator_code,
    c.period_start,
    c.period_precision,
    case
        when grouping(c.city) = 0 then p.level
        when grouping(p.country_code) = 0 then 'country'
        else 'programme'
    end as geography_level,
    case
        when grouping(c.city) = 0 then c.city
        when grouping(p.country_code) = 0 then p.country_code
        else c.programme_code
    end as geography_code,
    case when grouping(c.city) = 0 then coalesce(p.country_code, c.programme_code) end as parent_geography_code,
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
inner join {{ ref('places') }} as p on c.city = p.place_code
where c.counted > 0
group by
    t.component, c.programme_code, c.indicator_code, c.period_start, c.period_precision, c.funder, c.dimension,
    c.dimension_value,
    grouping sets ((c.city, p.level, p.country_code), p.country_code, ())
