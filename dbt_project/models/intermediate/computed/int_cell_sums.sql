-- Every breakdown of every city, then every level: a country and a programme sum what each of their cities counted
-- distinctly, for the same person cannot be recognised in two cities.
with city_sums as (
    select
        programme_code,
        indicator_code,
        period_start,
        period_precision,
        city,
        funder,
        grouping(funder) = 0 as is_by_funder,
        case grouping(sex, age_band, status, funding_source)
            when 15 then 'total'
            when 7 then 'sex'
            when 11 then 'age_band'
            when 13 then 'status'
            when 3 then 'sex_age'
            when 14 then 'funding_source'
        end as dimension,
        case grouping(sex, age_band, status, funding_source)
            when 15 then 'total'
            when 3 then sex || '|' || age_band
            else coalesce(sex, age_band, status, funding_source)
        end as dimension_value,
        sum(amount) as amount,
        sum(amount_part) as amount_part,
        count(*) filter (where is_rate_missing) as amounts_without_rate
    from {{ ref('int_counted') }}
    group by
        programme_code, indicator_code, period_start, period_precision, city,
        grouping sets ((), sex, age_band, status, (sex, age_band), funding_source, funder)
)

select
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
from city_sums as c
inner join {{ ref('places') }} as p on c.city = p.place_code
where c.dimension_value is not null and (c.funder is not null or not c.is_by_funder)
group by
    c.programme_code, c.indicator_code, c.period_start, c.period_precision, c.funder, c.dimension, c.dimension_value,
    grouping sets ((c.city, p.level, p.country_code), p.country_code, ())
