{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='sum_key',
    indexes=[
        {'columns': ['sum_key'], 'unique': True},
        {'columns': ['programme_code', 'indicator_code', 'period_start', 'period_precision']},
    ],
    post_hook=['{{ remember_touched_groups() }}', '{{ forget_pending() }}'],
) }}
-- Every breakdown of every city. What is new is added to the sums and what no longer holds is taken off, so that the
-- work follows what changed and not the history.
{%- set counted = 'programme_code, indicator_code, city, period_start, period_precision, sex, age_band, status, '
    ~ 'funding_source, funder, amount, amount_part, is_rate_missing' %}
with changes as (
    {%- if is_incremental() %}
    select {{ counted }}, 1 as weight
    from {{ ref('int_counted') }}
    where counted_id in (select p.counted_id from {{ ref('int_counted_pending') }} as p)
    union all
    select {{ counted }}, -1 as weight
    from {{ ref('int_counted_pending') }}
    where was_counted
    {%- else %}
    select {{ counted }}, 1 as weight
    from {{ ref('int_counted') }}
    {%- endif %}
),

grouped as (
    select
        programme_code,
        indicator_code,
        period_start,
        period_precision,
        city,
        funder,
        grouping(funder) = 0 as is_by_funder,
        case grouping(sex, age_band, status, funding_source)
            when 15 then 'total'
            when 7 then 'sex'
            when 11 then 'age_band'
            when 13 then 'status'
            when 3 then 'sex_age'
            when 14 then 'funding_source'
        end as dimension,
        case grouping(sex, age_band, status, funding_source)
            when 15 then 'total'
            when 3 then sex || '|' || age_band
            else coalesce(sex, age_band, status, funding_source)
        end as dimension_value,
        coalesce(sum(weight * amount), 0) as amount,
        coalesce(sum(weight * amount_part), 0) as amount_part,
        sum(weight * is_rate_missing::integer) as amounts_without_rate,
        sum(weight) as counted
    from changes
    group by
        programme_code, indicator_code, period_start, period_precision, city,
        grouping sets ((), sex, age_band, status, (sex, age_band), funding_source, funder)
),

sums as (
    select
        md5({{ grain_key([
            'programme_code', 'indicator_code', 'city', 'period_precision', 'period_start', 'funder', 'dimension',
            'dimension_value',
        ]) }})::uuid as sum_key,
        *
    from grouped
    where dimension_value is not null and (funder is not null or not is_by_funder)
),

sums_before as (
    {%- if is_incremental() %}
    select sum_key, amount, amount_part, amounts_without_rate, counted
    from {{ this }}
    {%- else %}
    select null::uuid as sum_key, 0 as amount, 0 as amount_part, 0 as amounts_without_rate, 0 as counted
    {%- endif %}
)

select
    s.sum_key,
    s.programme_code,
    s.indicator_code,
    s.city,
    s.period_start,
    s.period_precision,
    s.funder,
    s.dimension,
    s.dimension_value,
    s.amount + coalesce(b.amount, 0) as amount,
    s.amount_part + coalesce(b.amount_part, 0) as amount_part,
    s.amounts_without_rate + coalesce(b.amounts_without_rate, 0) as amounts_without_rate,
    s.counted + coalesce(b.counted, 0) as counted
from sums as s
left join sums_before as b on s.sum_key = b.sum_key
