{{ config(materialized='view') }}
-- A held city counts up to the last load that was good; every other city counts in full.
select
    e.programme as programme_code,
    e.source,
    e.id as event_id,
    e.type as event_type,
    e.subject,
    e.city,
    e.operation,
    e.record_version,
    e.occurred_at,
    e.received_at,
    e.load_id,
    e.data
from {{ source('raw', 'events') }} as e
inner join {{ ref('programmes') }} as p on e.programme = p.programme_code and p.published
left join {{ source('ops', 'city_gate') }} as g
    on e.programme = g.programme and e.city = g.city and g.state = 'held'
where g.city is null or e.load_id <= coalesce(g.admitted_to_load, 0)
