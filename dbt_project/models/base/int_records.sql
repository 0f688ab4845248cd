{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='record_key',
    indexes=[{'columns': ['record_key']}, {'columns': ['event_type']}, {'columns': ['has_rival']}],
    pre_hook=["set local work_mem = '128MB'"],
) }}
-- depends_on: {{ ref('int_touched_records') }}
-- Every version of every record, and which one stands: the highest version; of equal versions the first received.
with events as (
    select
        n.record_key, n.programme_code, n.source, n.event_type, n.subject, n.event_id, n.city, n.operation,
        n.record_version, n.occurred_at, n.received_at, n.data
    from {{ ref('int_events_new') }} as n
    {%- if is_incremental() %}
    union all
    -- A build that died may have taken new events in already.
    select
        r.record_key, r.programme_code, r.source, r.event_type, r.subject, r.event_id, r.city, r.operation,
        r.record_version, r.occurred_at, r.received_at, r.data
    from {{ this }} as r
    where
        r.record_key in (select t.record_key from {{ ref('int_touched_records') }} as t)
        and not exists (
            select from {{ ref('int_events_new') }} as n
            where r.record_key = n.record_key and r.event_id = n.event_id
        )
    {%- endif %}
)

select
    e.*,
    (e.occurred_at at time zone coalesce(p.timezone, 'UTC'))::date as occurred_on,
    row_number() over standing = 1 and e.operation != 'void' as is_current,
    count(*) over (partition by e.record_key, e.record_version) > 1 as has_rival
from events as e
left join {{ ref('places') }} as p on e.city = p.place_code
window standing as (
    partition by e.record_key
    order by e.record_version desc, e.received_at asc, e.event_id collate "C" asc
)
