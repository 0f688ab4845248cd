-- Cities add up to their joint set only if every member has stated a number and the set has stated none itself.
{%- set grain = [
    'programme_code', 'indicator_code', 'project_code', 'phase', 'funder', 'period_start', 'period_end',
    'period_precision', 'basis', 'dimension', 'dimension_value', 'kind',
] %}
with sets as (
    select
        m.parent_code,
        m.member_code,
        count(*) over (partition by m.parent_code) as members
    from {{ ref('place_members') }} as m
    inner join {{ ref('places') }} as p on m.parent_code = p.place_code and p.level = 'joint_set'
),

sums as (
    select
        {% for column in grain %}c.{{ column }},
        {% endfor -%}
        s.parent_code as geography_code,
        c.currency,
        sum(c.value) as value,
        case when count(distinct c.qualifier) = 1 then max(c.qualifier) else 'about' end as qualifier,
        'computed: ' || string_agg(
            trim_scale(c.value) || ' ' || c.geography_code, ' + ' order by c.geography_code
        ) as note,
        string_agg(distinct c.phrase, ' / ') as phrase,
        string_agg(distinct c.document, ', ') as document
    from {{ ref('int_stated_cells') }} as c
    inner join {{ ref('dim_indicators') }} as i on c.indicator_code = i.indicator_code
    inner join sets as s on c.geography_code = s.member_code
    where c.geography_level = 'city' and c.kind = 'actual' and c.value_type = 'number' and i.place_rule = 'sum'
    group by
        {% for column in grain %}c.{{ column }},
        {% endfor %}s.parent_code,
        s.members,
        c.currency
    having count(*) = s.members
)

select sums.*
from sums
left join {{ ref('int_stated_cells') }} as own
    on
        sums.geography_code = own.geography_code
        {% for column in grain -%}
        and sums.{{ column }} is not distinct from own.{{ column }}
        {% endfor -%}
where own.geography_code is null
