-- The events behind the figures. The reference to a person differs per indicator, place and month: lists cannot be
-- laid side by side.
select
    e.programme_code,
    e.indicator_code,
    p.level as geography_level,
    e.city as geography_code,
    e.month_start as period_start,
    (e.month_start + interval '1 month')::date - 1 as period_end,
    'month' as period_precision,
    'computed' as origin,
    e.source as event_source,
    e.event_id,
    md5(
        {{ grain_key(['e.programme_code', 'e.indicator_code', 'e.city', 'e.month_start', 'e.counted_key']) }}
    ) as subject_ref,
    e.occurred_on as event_date,
    null::text as document,
    null::text as phrase
from {{ ref('int_indicator_events') }} as e
inner join {{ ref('places') }} as p on e.city = p.place_code
-- A reported total stands below, with its words.
where e.is_declared and e.actual_source = 'computed'
union all
select
    f.programme_code,
    f.indicator_code,
    f.geography_level,
    f.geography_code,
    f.period_start,
    f.period_end,
    f.period_precision,
    'stated',
    f.source,
    f.event_id,
    md5(f.business_key),
    f.occurred_on,
    f.document,
    f.phrase
from {{ ref('int_stated_figures') }} as f
where f.figure = f.kept_figure
