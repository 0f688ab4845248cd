{{ config(materialized='incremental', incremental_strategy='append', post_hook='analyze {{ this }}') }}
-- What may be counted differently from now on, each with what it counted before. A row stays until its change was added
-- to the sums, and keeps the first state since then: a build that dies loses no change and adds none twice.
-- depends_on: {{ ref('int_touched_records') }}
{#- These two come later in the build: what they hold still is the state before it. -#}
{%- set counted_before = this.incorporate(path={'identifier': 'int_counted'}) %}
{%- set events_before = this.incorporate(path={'identifier': 'int_indicator_events'}) %}
with touched as (
    select programme_code, indicator_code, city, month_start, counted_key
    from {{ ref('int_indicator_events_touched') }}
    {%- if is_incremental() %}
    where is_declared
    union
    select programme_code, indicator_code, city, month_start, counted_key
    from {{ events_before }}
    where is_declared and {{ of_touched_records() }}
    {%- else %}
    where false
    {%- endif %}
),

keys as (
    select distinct
        {{ counted_id('t', 'p') }} as counted_id,
        t.programme_code,
        t.indicator_code,
        t.city,
        p.period_start,
        p.period_end,
        p.period_precision,
        t.counted_key
    from touched as t
    {{ counted_periods('t') }}
),

counted as (
    {%- if is_incremental() %}
    select counted_id, sex, age_band, status, funding_source, funder, amount, amount_part, is_rate_missing
    from {{ counted_before }}
    {%- else %}
    select
        null::uuid as counted_id, null::text as sex, null::text as age_band, null::text as status,
        null::text as funding_source, null::text as funder, null::numeric as amount, null::numeric as amount_part,
        null::boolean as is_rate_missing
    {%- endif %}
),

waiting as (
    {%- if is_incremental() %}
    select counted_id from {{ this }}
    {%- else %}
    select null::uuid as counted_id
    {%- endif %}
)

select
    k.*,
    c.sex,
    c.age_band,
    c.status,
    c.funding_source,
    c.funder,
    c.amount,
    c.amount_part,
    c.is_rate_missing,
    c.counted_id is not null as was_counted
from keys as k
left join counted as c on k.counted_id = c.counted_id
where
    not exists (
        select from waiting as w
        where k.counted_id = w.counted_id
    )
