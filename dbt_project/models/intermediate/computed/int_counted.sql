{{ config(materialized='table') }}
-- Whoever is counted distinctly is counted anew for each month and each year, with what the latest event says of them.
with periods as (
    select
        e.*,
        p.period_start,
        p.period_precision
    from {{ ref('int_indicator_events') }} as e
    cross join lateral (
        values (e.month_start, 'month'), (date_trunc('year', e.month_start)::date, 'year')
    ) as p (period_start, period_precision)
)

select distinct on (programme_code, indicator_code, city, period_precision, period_start, counted_key)
    programme_code,
    indicator_code,
    city,
    period_start,
    period_precision,
    counted_key,
    sex,
    age_band,
    status,
    funding_source,
    funder,
    amount,
    amount_part,
    is_rate_missing
from periods
order by
    programme_code, indicator_code, city, period_precision, period_start, counted_key,
    occurred_at desc, received_at desc, event_id collate "C" desc
