{{ config(grants={'select': ['corridor_owner']}) }}
-- Every place whose figure sums that of a city: itself, its country, the country's region, the sets and corridors that
-- it belongs to, the programme.
with senders as (
    select place_code, country_code, level
    from {{ ref('places') }}
    where level in ('site', 'city', 'joint_set', 'subnational')
),

containers as (
    select place_code, place_code as container_code, level from senders
    union
    select place_code, country_code, 'country'
    from senders
    where country_code is not null
    union
    select s.place_code, r.place_code as container_code, r.level
    from senders as s
    inner join {{ ref('places') }} as c on s.country_code = c.place_code
    inner join {{ ref('places') }} as r on c.parent_code = r.place_code and r.level = 'region'
    union
    select m.member_code, m.parent_code, p.level
    from {{ ref('place_members') }} as m
    inner join {{ ref('places') }} as p on m.parent_code = p.place_code
    union
    select place_code, null, 'programme' from senders
)

select
    p.programme_code,
    c.place_code as city,
    coalesce(c.container_code, p.programme_code) as geography_code,
    c.level as geography_level
from {{ ref('programmes') }} as p
cross join containers as c
