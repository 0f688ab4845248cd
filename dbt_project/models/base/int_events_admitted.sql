{{ config(materialized='view') }}
-- A held city counts up to the last load that was good; every other city counts in full.
-- People keep the token of their city's first key, so that a rotation makes nobody new.
-- What lands while a build runs was not judged by its audit, and waits for the next one.
with running as (
    select max(upto_load_id) as upto_load_id
    from {{ source('ops', 'builds') }}
    where state = 'running'
)

select
    {{ record_key('e.programme', 'e.source', 'e.type', 'e.subject') }} as record_key,
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
    case
        when t.first_token is null then e.data
        when e.data ? 'person_token' then e.data || jsonb_build_object('person_token', t.first_token)
        else e.data || jsonb_build_object('household_token', t.first_token)
    end as data
from {{ source('raw', 'events') }} as e
inner join {{ ref('programmes') }} as p on e.programme = p.programme_code and p.published
left join {{ source('ops', 'city_gate') }} as g
    on e.programme = g.programme and coalesce(e.city, '') = g.city and g.state = 'held'
left join {{ source('raw', 'first_tokens') }} as t
    on coalesce(e.data ->> 'person_token', e.data ->> 'household_token') = t.token
where
    (g.city is null or e.load_id <= coalesce(g.admitted_to_load, 0))
    and e.load_id <= coalesce((select upto_load_id from running), 9223372036854775807)
