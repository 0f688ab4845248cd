{%- set forget_changed -%}
{% raw %}{% if is_incremental() %}
delete from {{ this }} as c using {{ ref('int_counted_pending') }} as p where c.counted_id = p.counted_id
{% endif %}{% endraw %}
{%- endset -%}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    indexes=[{'columns': ['counted_id'], 'unique': True}],
    pre_hook=forget_changed,
) }}
-- Whoever is counted distinctly is counted anew for each month, year and phase, with what the latest event says.
-- depends_on: {{ ref('int_counted_pending') }}
with periods as (
    {%- if is_incremental() %}
    select
        e.*,
        p.counted_id,
        p.period_start,
        p.period_precision
    from {{ ref('int_counted_pending') }} as p
    inner join {{ ref('int_indicator_events') }} as e
        on
            p.programme_code = e.programme_code
            and p.indicator_code = e.indicator_code
            and p.city = e.city
            and p.counted_key = e.counted_key
            and p.period_start <= e.month_start
            and p.period_end >= e.month_start
    where e.is_declared
    {%- else %}
    select
        e.*,
        {{ counted_id('e', 'p') }} as counted_id,
        p.period_start,
        p.period_precision
    from {{ ref('int_indicator_events') }} as e
    {{ counted_periods('e') }}
    where e.is_declared
    {%- endif %}
)

select distinct on (counted_id)
    counted_id,
    programme_code,
    indicator_code,
    city,
    period_start,
    period_precision,
    sex,
    age_band,
    status,
    funding_source,
    funder,
    amount,
    amount_part,
    is_rate_missing
from periods
order by counted_id asc, precedence desc, occurred_at desc, received_at desc, event_id collate "C" desc
