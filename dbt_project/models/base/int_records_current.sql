{{ config(materialized='view') }}
-- What each record says now.
select
    record_key,
    programme_code,
    source,
    event_type,
    subject,
    event_id,
    city,
    operation,
    record_version,
    occurred_at,
    received_at,
    occurred_on,
    date_trunc('month', occurred_on)::date as month_start,
    data
from {{ ref('int_records') }}
where is_current
