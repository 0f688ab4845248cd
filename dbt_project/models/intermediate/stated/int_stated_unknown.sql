-- Figures, targets and baselines of an indicator that the catalogue does not have.
{%- set columns = 'programme_code, indicator_code, geography_code, source, event_type, subject, event_id, value, '
    ~ 'words, received_at' %}
with stated as (
    select {{ columns }} from {{ ref('stg_events__result_reported') }}
    union all
    select {{ columns }} from {{ ref('stg_events__target_set') }}
    union all
    select {{ columns }} from {{ ref('stg_events__baseline_set') }}
)

select
    s.programme_code,
    s.indicator_code,
    s.geography_code,
    concat_ws('|', s.source, s.event_type, s.subject) as business_key,
    s.source,
    s.event_id,
    coalesce(trim_scale(s.value)::text, s.words) as figure,
    s.received_at
from stated as s
left join {{ ref('dim_indicators') }} as i on s.indicator_code = i.indicator_code
where i.indicator_code is null
