-- Every sum that a reader could use to work a hidden value out: parent = sum of its children.
with cells as (
    select
        *,
        case period_precision when 'month' then 'quarter' when 'quarter' then 'year' end as larger_period,
        concat_ws('/', programme_code, indicator_code) as ind,
        concat_ws('/', period_start, period_precision) as per,
        concat_ws('/', protected_dimension, protected_value) as dim
    from {{ ref('int_protected_values') }}
),

links as (
    select
        c.size_rank as child,
        l.equation,
        l.parent_key
    from cells as c
    cross join
        lateral (
            values
            (
                'total of ' || c.protected_dimension,
                case
                    when c.protected_dimension not in ('total', 'sex_age')
                        then concat_ws('/', c.ind, c.geography_code, c.per, 'total/total')
                end
            ),
            (
                'ages of a sex',
                case
                    when c.protected_dimension = 'sex_age'
                        then
                            concat_ws('/', c.ind, c.geography_code, c.per, 'sex', split_part(c.protected_value, '|', 1))
                end
            ),
            (
                'sexes of an age',
                case
                    when c.protected_dimension = 'sex_age'
                        then
                            concat_ws(
                                '/', c.ind, c.geography_code, c.per, 'age_band', split_part(c.protected_value, '|', 2)
                            )
                end
            ),
            (
                c.period_precision || 's',
                case
                    when c.larger_period is not null and c.unit_of_count in ('contact', 'arrival')
                        then
                            concat_ws(
                                '/', c.ind, c.geography_code, date_trunc(c.larger_period, c.period_start)::date,
                                c.larger_period, c.dim
                            )
                end
            )
        ) as l (equation, parent_key)
    where l.parent_key is not null
    union all
    select
        c.size_rank,
        s.equation,
        concat_ws('/', c.ind, s.parent_code, c.per, c.dim)
    from cells as c
    inner join {{ ref('int_place_sums') }} as s
        on c.programme_code = s.programme_code and c.geography_code = s.child_code
)

select
    p.size_rank as parent,
    l.equation,
    l.child
from links as l
inner join cells as p on l.parent_key = concat_ws('/', p.ind, p.geography_code, p.per, p.dim)
