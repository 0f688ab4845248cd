-- The places whose stock of milestones holds that of a city.
with cities as (
    select distinct programme_code, city from {{ ref('int_milestones') }}
)

select
    p.programme_code,
    p.city,
    p.geography_code,
    p.geography_level
from {{ ref('int_place_containers') }} as p
inner join cities as c on p.programme_code = c.programme_code and p.city = c.city
