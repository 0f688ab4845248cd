{{ config(materialized='view') }}
-- Events that no build has taken in yet. Each city has its mark, because a held one stays behind.
with mark as (
    select
        min(upto_load_id) as least,
        max(upto_load_id) filter (where programme = '' and city = '') as of_all
    from {{ source('ops', 'taken_in') }}
)

select e.*
from {{ ref('int_events_admitted') }} as e
{% if not flags.FULL_REFRESH -%}
cross join mark
left join {{ source('ops', 'taken_in') }} as m on e.programme_code = m.programme and e.city = m.city
where
    e.load_id > coalesce(m.upto_load_id, mark.of_all, 0)
    -- Known before any row is read, so that the index of raw.events skips history.
    and e.load_id > (select coalesce(k.least, 0) from mark as k)
{%- endif %}
