{{ config(severity='warn') }}
select
    e.programme_code,
    e.city,
    count(*) as events,
    count(*) || ' events of ' || e.programme_code || ' name the city ' || coalesce(e.city, '(none)')
    || ', which is not in seeds/places/places.csv: they count nowhere.' as sentence
from {{ ref('int_indicator_events_touched') }} as e
left join {{ ref('dim_places') }} as p on e.city = p.place_code
where p.place_code is null
group by e.programme_code, e.city
