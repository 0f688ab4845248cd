{{ config(materialized='table') }}
-- A share is hidden as soon as one of the three values behind it is.
with cells as (
    select
        array_agg(amount order by size_rank) as amounts,
        array_agg(threshold order by size_rank) as thresholds
    from {{ ref('int_protected_values') }}
),

sums as (
    select
        array_agg(parent) as parents,
        array_agg(equation) as equations,
        array_agg(child) as children
    from {{ ref('int_cell_equations') }}
),

hidden as (
    select
        h.size_rank,
        h.suppression
    from cells
    cross join sums
    cross join lateral warehouse.hide_small_cells(
        cells.amounts, cells.thresholds, sums.parents, sums.equations, sums.children
    ) as h
)

select
    v.cell_number,
    case when bool_or(h.suppression = 'primary') then 'primary' else 'complementary' end as suppression
from hidden as h
inner join {{ ref('int_protected_values') }} as v on h.size_rank = v.size_rank
group by v.cell_number
