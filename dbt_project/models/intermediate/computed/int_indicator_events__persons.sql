select
    p.record_key,
    p.programme_code,
    r.indicator_code,
    p.city,
    p.source,
    p.event_id,
    p.event_type,
    p.occurred_at,
    p.received_at,
    p.occurred_on,
    p.month_start,
    case
        when r.counts in ('persons', 'female_share') then p.person_token
        else p.source || ' ' || p.event_id
    end as counted_key,
    p.sex,
    p.age_band,
    p.status,
    null::text as funding_source,
    case when r.counts = 'records_by_funder' then p.funder end as funder,
    case
        when r.counts != 'female_share' then 1
        when p.sex in ('female', 'male', 'other') then 1
        else 0
    end::numeric as amount,
    case when r.counts = 'female_share' then (p.sex = 'female')::integer end::numeric as amount_part,
    false as is_rate_missing
from {{ ref('int_participations') }} as p
inner join {{ ref('counting_rules') }} as r
    on {{ any_version('r.event_type') }} in ({{ any_version('p.event_type') }}, 'any event of a person')
left join {{ ref('service_types') }} as s on p.service_type = s.service_type
where
    r.counts in ('persons', 'records', 'records_by_funder', 'female_share')
    and (nullif(r.serves, '') is null or s.serves in (r.serves, 'both'))
    and {{ of_kind('p.kind', 'r.kinds') }}
