{{ config(materialized='view') }}
-- Two different edits of one record with the same version: the first received stands, a person decides on the other.
with edits as (
    select
        *,
        first_value(event_id) over first_received as kept_id,
        first_value(operation) over first_received as kept_operation,
        first_value(occurred_at) over first_received as kept_occurred_at,
        first_value(city) over first_received as kept_city,
        first_value(data) over first_received as kept_data
    from {{ ref('int_records') }}
    where has_rival
    window first_received as (
        partition by record_key, record_version
        order by received_at asc, event_id collate "C" asc
    )
)

select
    *,
    array_to_string(array(
        select coalesce(a.key, b.key)
        from jsonb_each(data) as a
        full join jsonb_each(kept_data) as b on a.key = b.key
        where a.value is distinct from b.value
        order by coalesce(a.key, b.key)
    ), ', ') as differing_fields
from edits
where
    event_id != kept_id
    and (operation, occurred_at, city, data)
    is distinct from (kept_operation, kept_occurred_at, kept_city, kept_data)
