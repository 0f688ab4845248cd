-- Monthly totals that cities report of what is computed from events elsewhere, one row a report. They say nothing of
-- who, so every breakdown takes them as not collected. "At least 100", part of a month and one project are no total. Of
-- two for a month that stands which stands among stated figures: the last correction, else the first received.
select
    r.record_key,
    r.programme_code,
    r.indicator_code,
    r.geography_code as city,
    r.source,
    r.event_id,
    r.event_type,
    r.occurred_at,
    r.received_at,
    r.occurred_on,
    r.period_start as month_start,
    concat_ws(' ', 'reported', r.geography_code, r.period_start) as counted_key,
    case when i.dimension_rule = 'partition' then 'not_collected' end as unknown_member,
    r.value as amount,
    extract(epoch from r.received_at) * case r.operation when 'correct' then 1 else -1 end as precedence,
    r.phrase,
    r.document
from {{ ref('stg_events__result_reported') }} as r
inner join {{ ref('indicators') }} as i on r.indicator_code = i.indicator_code
inner join {{ ref('places') }} as p on r.geography_code = p.place_code and p.level = 'city'
where
    r.kind = 'actual'
    and r.basis = 'flow'
    and r.value_type = 'number'
    and r.qualifier = 'exact'
    and r.dimension = 'total'
    and r.funder is null
    and r.project_code is null
    and r.period_precision = 'month'
    and {{ span('r.period_start', 'r.period_end') }} = 'month'
    and i.source_type = 'computed'
    and i.time_rule = 'sum'
    and i.unit_of_count <> 'money'
