{{ config(materialized='table', post_hook='analyze {{ this }}') }}
{%- set shared = 'record_key, programme_code, indicator_code, city, source, event_id, event_type, '
    ~ 'occurred_at, received_at, occurred_on, month_start, counted_key' -%}
-- What the touched records count for now: one row an event and indicator, those of other frameworks included. An event
-- that counts for several indicators that are mapped to the same one counts for it once. Of events and reported totals
-- of a month one is declared; the other is kept to be compared with it.
-- depends_on: {{ ref('int_touched_records') }}
with each_source as (
    select
        {{ shared }},
        sex, age_band, status, funding_source, funder, amount, amount_part, is_rate_missing,
        'computed' as actual_source, null::numeric as precedence
    from {{ ref('int_indicator_events__persons') }}
    where city is not null
    union all
    select
        {{ shared }},
        sex, null, status, null, null, amount, null, false, 'computed', null
    from {{ ref('int_indicator_events__others') }}
    where city is not null
    union all
    select
        {{ shared }},
        null, null, null, null, null, amount, null, false, 'computed', null
    from {{ ref('int_indicator_events__happenings') }}
    where city is not null
    union all
    select
        {{ shared }},
        null, null, null, funding_source, null, amount, amount_part, is_rate_missing, 'computed', null
    from {{ ref('int_indicator_events__funding') }}
    where city is not null
    union all
    select
        {{ shared }},
        unknown_member as sex, unknown_member as age_band, unknown_member as status, null, null, amount, null, false,
        'reported', precedence
    from {{ ref('int_reported_months') }}
    where {{ of_touched_records() }}
),

own as (
    select
        e.*,
        e.actual_source = coalesce(d.actual_source, 'computed') as is_declared
    from each_source as e
    left join {{ ref('actual_sources') }} as d
        on
            e.programme_code = d.programme_code
            and e.indicator_code = d.indicator_code
            and e.city = d.place_code
            and e.month_start between d.valid_from and coalesce(d.valid_to, 'infinity')
),

of_references as (
    select distinct on (o.record_key, o.event_id, m.reference_indicator_code)
        o.*,
        m.reference_indicator_code
    from own as o
    inner join {{ ref('int_exact_mappings') }} as m
        on
            o.indicator_code = m.indicator_code
            and o.programme_code = coalesce(m.programme_code, o.programme_code)
            and o.month_start between m.valid_from and coalesce(m.valid_to, 'infinity')
    order by o.record_key, o.event_id, m.reference_indicator_code, o.is_declared desc, o.indicator_code collate "C"
)

select * from own
union all
select
    {{ shared | replace('indicator_code', 'reference_indicator_code') }},
    sex, age_band, status, funding_source, funder, amount, amount_part, is_rate_missing, actual_source, precedence,
    is_declared
from of_references
