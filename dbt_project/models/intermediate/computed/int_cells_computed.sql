{{ config(materialized='table', pre_hook="set local work_mem = '64MB'", post_hook='analyze {{ this }}') }}
-- Exact cells of the computed indicators: only declared cross-tabs, only places that the indicator's rule lets add up.
select
    row_number() over () as cell_number,
    s.component,
    s.programme_code,
    s.indicator_code,
    i.unit_of_count,
    i.threshold,
    s.geography_level,
    s.geography_code,
    s.period_start,
    s.period_precision,
    s.funder,
    s.dimension,
    s.dimension_value,
    case when i.unit_of_count = 'percent' then round(100 * s.amount_part / s.amount, 1) else s.amount end as value,
    case when i.unit_of_count = 'percent' then s.amount_part end as numerator,
    case when i.unit_of_count = 'percent' then s.amount end as denominator,
    s.amounts_without_rate,
    null::numeric as completeness
from {{ ref('int_cell_sums') }} as s
inner join {{ ref('dim_indicators') }} as i on s.indicator_code = i.indicator_code
inner join {{ ref('int_crosstabs') }} as x on s.indicator_code = x.indicator_code and s.dimension = x.dimension
where
    s.amount > 0
    and (s.geography_level in ('site', 'city') or i.place_rule in ('sum', 'ratio'))
    -- To date people are told in all only: their parts and shares cannot be protected by what the years show.
    and (
        s.period_precision is distinct from 'phase'
        or i.threshold = 0
        or i.unit_of_count in ('contact', 'arrival')
        or (i.unit_of_count <> 'percent' and s.dimension = 'total')
    )
