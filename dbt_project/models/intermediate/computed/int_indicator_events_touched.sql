{{ config(materialized='table', post_hook='analyze {{ this }}') }}
{%- set shared = 'record_key, programme_code, indicator_code, city, source, event_id, event_type, '
    ~ 'occurred_at, received_at, occurred_on, month_start, counted_key' -%}
-- What the touched records count for now: one row an event and indicator.
select
    {{ shared }},
    sex, age_band, status, funding_source, funder, amount, amount_part, is_rate_missing
from {{ ref('int_indicator_events__persons') }}
where city is not null
union all
select
    {{ shared }},
    sex, null, status, null, null, amount, null, false
from {{ ref('int_indicator_events__others') }}
where city is not null
union all
select
    {{ shared }},
    null, null, null, funding_source, null, amount, amount_part, is_rate_missing
from {{ ref('int_indicator_events__funding') }}
where city is not null
