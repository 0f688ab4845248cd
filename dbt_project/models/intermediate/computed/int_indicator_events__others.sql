-- Households that answered, and people counted on arrival.
select
    h.record_key,
    h.programme_code,
    r.indicator_code,
    h.city,
    h.source,
    h.event_id,
    h.event_type,
    h.occurred_at,
    h.received_at,
    h.occurred_on,
    h.month_start,
    h.household_token as counted_key,
    h.head_sex as sex,
    h.status,
    1::numeric as amount
from {{ ref('stg_events__household_enumerated') }} as h
inner join {{ ref('counting_rules') }} as r
    on {{ any_version('h.event_type') }} = {{ any_version('r.event_type') }}
where r.counts = 'households' and {{ of_kind('h.result_code', 'r.kinds') }} and {{ of_touched_records('h') }}
union all
select
    a.record_key,
    a.programme_code,
    r.indicator_code,
    a.city,
    a.source,
    a.event_id,
    a.event_type,
    a.occurred_at,
    a.received_at,
    a.occurred_on,
    a.month_start,
    a.source || ' ' || a.event_id as counted_key,
    null::text as sex,
    null::text as status,
    a.arrivals::numeric as amount
from {{ ref('stg_events__arrival_counted') }} as a
inner join {{ ref('counting_rules') }} as r
    on {{ any_version('a.event_type') }} = {{ any_version('r.event_type') }}
where r.counts = 'arrivals' and {{ of_kind('a.direction', 'r.kinds') }} and {{ of_touched_records('a') }}
