{{ config(materialized='table') }}
-- A share is hidden as soon as one of the three values behind it is. A small cell may be shown as "fewer than" where
-- its indicator's policy says so, unless a sum that it is part of is small itself: the two would narrow each other.
with cells as (
    select
        array_agg(amount order by size_rank) as amounts,
        array_agg(threshold order by size_rank) as thresholds,
        array_agg(is_coded order by size_rank) as coded
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
        cells.amounts, cells.thresholds, cells.coded, sums.parents, sums.equations, sums.children
    ) as h
),

parts_of_small as (
    select distinct e.child
    from {{ ref('int_cell_equations') }} as e
    inner join {{ ref('int_protected_values') }} as p on e.parent = p.size_rank
    where p.amount < p.threshold
)

select
    v.cell_number,
    case when bool_or(h.suppression = 'primary') then 'primary' else 'complementary' end as suppression,
    bool_and(v.is_coded and h.suppression = 'primary' and s.child is null) as is_coded
from hidden as h
inner join {{ ref('int_protected_values') }} as v on h.size_rank = v.size_rank
left join parts_of_small as s on h.size_rank = s.child
group by v.cell_number
