select
    f.record_key,
    f.programme_code,
    r.indicator_code,
    f.city,
    f.source,
    f.event_id,
    f.event_type,
    f.occurred_at,
    f.received_at,
    f.occurred_on,
    f.month_start,
    f.source || ' ' || f.event_id as counted_key,
    case when r.counts = 'usd' then f.funding_source end as funding_source,
    f.amount_usd as amount,
    case
        when r.counts = 'usd' then null
        when f.funding_source = 'city' then f.amount_usd
        else 0
    end as amount_part,
    f.is_rate_missing
from {{ ref('int_amounts_usd') }} as f
inner join {{ ref('counting_rules') }} as r
    on {{ any_version('f.event_type') }} = {{ any_version('r.event_type') }}
where r.counts in ('usd', 'usd_city_share') and {{ of_touched_records('f') }}
