-- Of two edits with the same version the first received stands; the other goes to review_conflicts.
with versions as (
    select distinct on (programme_code, source, {{ any_version('event_type') }}, subject) *
    from {{ ref('int_events_admitted') }}
    order by
        programme_code, source, {{ any_version('event_type') }}, subject,
        record_version desc, received_at asc, event_id collate "C" asc
),

placed as (
    select
        v.*,
        (v.occurred_at at time zone coalesce(p.timezone, 'UTC'))::date as occurred_on
    from versions as v
    left join {{ ref('places') }} as p on v.city = p.place_code
    where v.operation != 'void'
)

select
    programme_code,
    source,
    event_type,
    subject,
    event_id,
    city,
    operation,
    record_version,
    occurred_at,
    received_at,
    occurred_on,
    date_trunc('month', occurred_on)::date as month_start,
    data
from placed
