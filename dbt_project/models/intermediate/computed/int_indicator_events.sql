{{ config(
    materialized='incremental',
    incremental_strategy='append',
    grants={'select': ['corridor_owner']},
    indexes=[
        {'columns': ['record_key']},
        {'columns': ['programme_code', 'indicator_code', 'city', 'counted_key', 'month_start']},
    ],
    pre_hook="{% if is_incremental() %}delete from {{ this }} where {{ of_touched_records() }}{% endif %}",
) }}
-- All events behind computed indicators: one row an event and indicator.
-- depends_on: {{ ref('int_touched_records') }}
-- depends_on: {{ ref('int_counted_pending') }}
select * from {{ ref('int_indicator_events_touched') }}
