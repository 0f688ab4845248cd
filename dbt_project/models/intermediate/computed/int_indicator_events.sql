{{ config(materialized='table') }}
{%- set shared = 'programme_code, indicator_code, city, source, event_id, event_type, '
    ~ 'occurred_at, received_at, occurred_on, month_start, counted_key' -%}
-- One row for each event and each indicator it counts for.
select
    {{ shared }},
    sex, age_band, status, funding_source, funder, amount, amount_part, is_rate_missing
from {{ ref('int_indicator_events__persons') }}
union all
select
    {{ shared }},
    sex, null, status, null, null, amount, null, false
from {{ ref('int_indicator_events__others') }}
union all
select
    {{ shared }},
    null, null, null, funding_source, null, amount, amount_part, is_rate_missing
from {{ ref('int_indicator_events__funding') }}
