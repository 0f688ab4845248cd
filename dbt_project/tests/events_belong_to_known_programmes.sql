{{ config(severity='warn') }}
select
    e.programme,
    e.events,
    e.events || ' events belong to the programme ' || e.programme
    || ', which is not in seeds/programme/programmes.csv.' as sentence
from (
    select
        programme,
        count(*) as events
    from {{ source('raw', 'events') }}
    group by programme
) as e
left join {{ ref('programmes') }} as p on e.programme = p.programme_code
where p.programme_code is null
