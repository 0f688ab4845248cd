-- What is broken down by what: the declared list, and for an indicator of another framework what all that is mapped to
-- it has in common.
select
    indicator_code,
    dimension
from {{ ref('published_crosstabs') }}
union all
select
    m.reference_indicator_code,
    x.dimension
from {{ ref('int_exact_mappings') }} as m
inner join {{ ref('published_crosstabs') }} as x on m.indicator_code = x.indicator_code
group by m.reference_indicator_code, x.dimension
having count(distinct m.indicator_code) = (
    select count(distinct a.indicator_code) from {{ ref('int_exact_mappings') }} as a
    where a.reference_indicator_code = m.reference_indicator_code
)
