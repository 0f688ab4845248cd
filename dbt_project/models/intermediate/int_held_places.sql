-- Every place that contains a held city, with the cities' names: a reader must know what an aggregate leaves out.
with held as (
    select
        g.programme as programme_code,
        p.place_code,
        p.country_code
    from {{ source('ops', 'city_gate') }} as g
    inner join {{ ref('places') }} as p on g.city = p.place_code
    where g.state = 'held'
),

containing as (
    select programme_code, place_code, place_code as geography_code from held
    union
    select programme_code, place_code, country_code as geography_code from held
    union
    select programme_code, place_code, programme_code as geography_code from held
    union
    select h.programme_code, h.place_code, m.parent_code
    from held as h
    inner join {{ ref('place_members') }} as m on h.place_code = m.member_code
)

select
    programme_code,
    geography_code,
    string_agg(place_code, ', ' order by place_code collate "C") as held_cities
from containing
where geography_code is not null
group by programme_code, geography_code
