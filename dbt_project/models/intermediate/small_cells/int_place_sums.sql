-- Sums over places that a reader can make: a country, set or corridor is its cities, a region its countries, the
-- programme its countries or its regions. A country is also a set of its cities and the others: one may be subtracted.
with containers as (
    select distinct city, geography_code, geography_level
    from {{ ref('int_place_containers') }}
    where geography_level not in ('site', 'programme')
),

-- A joint set may send events itself: its figure is then more than its cities, and its country's holds it already.
cities as (
    select c.city, c.geography_code as parent_code, c.geography_level
    from containers as c
    inner join containers as own on c.city = own.city and own.city = own.geography_code
    where c.city != c.geography_code and own.geography_level != 'joint_set'
),

countries as (
    select distinct c.geography_code as country_code, r.geography_code as region_code
    from containers as c
    left join containers as r on c.city = r.city and r.geography_level = 'region'
    where c.geography_level = 'country'
),

inner_sets as (
    select s.parent_code as set_code, min(c.parent_code) as country_code
    from cities as s
    left join cities as c on s.city = c.city and c.geography_level = 'country'
    where s.geography_level in ('joint_set', 'corridor')
    group by s.parent_code
    having count(distinct c.parent_code) = 1 and count(c.parent_code) = count(*)
),

outside as (
    select s.set_code, s.country_code, c.city
    from inner_sets as s
    inner join cities as c on s.country_code = c.parent_code
    left join cities as m on s.set_code = m.parent_code and c.city = m.city
    where m.city is null
),

sums as (
    select 'cities' as equation, parent_code, city as child_code from cities
    where geography_level != 'region'
    union all
    select 'countries', region_code, country_code from countries
    where region_code is not null
    union all
    select 'its ' || set_code, country_code, set_code from inner_sets
    union all
    select 'its ' || set_code, country_code, city from outside
    union all
    select distinct 'countries', null, country_code from countries
    union all
    select distinct 'regions', null, region_code from countries
    where
        not exists (
            select from countries as c
            where c.region_code is null
        )
)

select
    p.programme_code,
    s.equation,
    coalesce(s.parent_code, p.programme_code) as parent_code,
    s.child_code
from {{ ref('programmes') }} as p
cross join sums as s
