{{ config(
    materialized='table',
    indexes=[{'columns': ['record_key'], 'unique': True}],
    post_hook='analyze {{ this }}',
) }}
-- Records of which something is new, those in which an erasure put a surrogate in place of somebody, and amounts whose
-- exchange rate came, changed or went.
{#- This one comes later in the build: what it holds still is the state before it. -#}
{%- set records_before = load_relation(this.incorporate(path={'identifier': 'int_records'})) if execute %}
{%- set follows_rates = records_before and not flags.FULL_REFRESH %}
with
{% if follows_rates -%}
new_rates as (
    select record_key, programme_code, data from {{ ref('int_events_new') }}
    where event_type like 'rate.set.%'
),

-- All that a rate ever said: it may have been of another month before.
said as (
    select programme_code, data from new_rates
    union all
    select o.programme_code, o.data from {{ records_before }} as o
    inner join new_rates as n on o.record_key = n.record_key
),

rates as (
    select distinct s.programme_code, s.data ->> 'month' as rate_month, c.currency
    from said as s
    cross join lateral (values (s.data ->> 'base_currency'), (s.data ->> 'quote_currency')) as c (currency)
),

repriced as (
    select m.record_key
    from {{ records_before }} as m
    inner join rates as r
        on
            m.programme_code = r.programme_code
            and to_char(m.occurred_on, 'YYYY-MM') = r.rate_month
            and {{ any_currency() }} = r.currency
    where
        {{ is_money('m.event_type') }}
        -- Known before any amount is read: a build without new rates reads none.
        and exists (select from new_rates)
),
{%- endif %}

new as (
    select record_key from {{ ref('int_events_new') }}
)

select record_key from new
union
select record_key from {{ source('ops', 'rewritten_records') }}
union
select record_key from {{ 'repriced' if follows_rates else 'new' }}
