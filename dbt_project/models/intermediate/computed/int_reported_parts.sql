-- Figures that hold monthly totals of cities in place of their events: readers are told of which cities.
select
    e.programme_code,
    e.indicator_code,
    c.geography_level,
    c.geography_code,
    p.period_start,
    p.period_precision,
    string_agg(distinct e.city, ', ') as reporting_cities
from {{ ref('int_reported_months') }} as m
inner join {{ ref('int_indicator_events') }} as e on m.record_key = e.record_key
inner join {{ ref('int_place_containers') }} as c on e.programme_code = c.programme_code and e.city = c.city
{{ counted_periods('e') }}
where e.actual_source = 'reported' and e.is_declared
group by
    e.programme_code, e.indicator_code, c.geography_level, c.geography_code, p.period_start, p.period_precision
