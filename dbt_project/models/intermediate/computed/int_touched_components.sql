{{ config(
    materialized='table',
    indexes=[{'columns': ['programme_code', 'indicator_code', 'period_start', 'period_precision'], 'unique': True}],
    post_hook=[
        'analyze {{ this }}',
        "delete from {{ source('ops', 'replaced_components') }}",
        "insert into {{ source('ops', 'replaced_components') }} select distinct component from {{ this }}",
    ],
) }}
-- Groups of cells to judge and publish anew, with those that share a sum with them.
-- depends_on: {{ ref('int_city_sums') }}
-- depends_on: {{ ref('int_touched_targets') }}
with groups as (
    select
        g.programme_code,
        g.indicator_code,
        g.period_start,
        g.period_precision,
        i.unit_of_count in ('contact', 'arrival') and g.period_precision <> 'phase' as adds_up_over_time
    from {{ source('ops', 'touched_groups') }} as g
    inner join {{ ref('dim_indicators') }} as i on g.indicator_code = i.indicator_code
),

linked as (
    select programme_code, indicator_code, period_start, period_precision
    from groups
    where not adds_up_over_time
    union
    select
        g.programme_code,
        g.indicator_code,
        p.period_start,
        p.period_precision
    from (
        select distinct programme_code, indicator_code, date_trunc('year', period_start)::date as year_start
        from groups
        where adds_up_over_time
    ) as g
    cross join lateral (
        select g.year_start as period_start, 'year' as period_precision
        union all
        select (g.year_start + q * interval '3 months')::date, 'quarter'
        from generate_series(0, 3) as q
        union all
        select (g.year_start + m * interval '1 month')::date, 'month'
        from generate_series(0, 11) as m
    ) as p
),

-- A figure to date is hidden with its years: whatever may hide one of them has to judge it anew.
with_phases as (
    select * from linked
    union
    select
        l.programme_code,
        l.indicator_code,
        f.valid_from,
        'phase'
    from linked as l
    inner join {{ ref('phases') }} as f
        on l.programme_code = f.programme_code and l.period_start between f.valid_from and f.valid_to
),

named as (
    select
        g.*,
        {{ component('g', 'g.period_precision', 'p', 'i') }} as component
    from with_phases as g
    inner join {{ ref('programmes') }} as p on g.programme_code = p.programme_code
    inner join {{ ref('dim_indicators') }} as i on g.indicator_code = i.indicator_code
)

select * from named
where component is not null
