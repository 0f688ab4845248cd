-- Events, documents, places and organisations. What has a name counts once a period, however often it is told of.
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
    case when r.counts = 'names' then h.name else h.source || ' ' || h.event_id end as counted_key,
    case when r.counts = 'participants' then h.participants else 1 end::numeric as amount
from {{ ref('int_happenings') }} as h
inner join {{ ref('counting_rules') }} as r
    on {{ any_version('h.event_type') }} = {{ any_version('r.event_type') }}
where
    r.counts in ('happenings', 'names', 'participants')
    and (r.counts <> 'names' or h.name <> '')
    and (r.counts <> 'participants' or h.is_counted)
    and {{ of_kind('h.kind', 'r.kinds') }}
