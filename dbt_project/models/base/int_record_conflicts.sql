-- Two different edits of one record with the same version: the first received stands, a person decides on the other.
with repeated as (
    select programme_code, source, {{ any_version('event_type') }} as any_version, subject, record_version
    from {{ ref('int_events_admitted') }}
    group by programme_code, source, {{ any_version('event_type') }}, subject, record_version
    having count(*) > 1
),

edits as (
    select
        e.*,
        first_value(e.event_id) over first_received as kept_id,
        first_value(e.operation) over first_received as kept_operation,
        first_value(e.occurred_at) over first_received as kept_occurred_at,
        first_value(e.city) over first_received as kept_city,
        first_value(e.data) over first_received as kept_data
    from {{ ref('int_events_admitted') }} as e
    inner join repeated as r
        on
            e.programme_code = r.programme_code
            and e.source = r.source
            and {{ any_version('e.event_type') }} = r.any_version
            and e.subject = r.subject
            and e.record_version = r.record_version
    window first_received as (
        partition by e.programme_code, e.source, {{ any_version('e.event_type') }}, e.subject, e.record_version
        order by e.received_at asc, e.event_id collate "C" asc
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
