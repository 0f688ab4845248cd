-- Parts that nobody is counted in within a phase, and that are hidden in one of its years: a figure to date that is not
-- there would tell that the hidden one is empty. Years that this build does not make anew are as readers have them.
{%- set part = [
    'programme_code', 'indicator_code', 'geography_level', 'geography_code', 'dimension', 'dimension_value',
] %}
with years as (
    select concat_ws('|', t.programme_code, t.indicator_code, y.year_number) as component
    from {{ ref('int_touched_components') }} as t
    inner join {{ ref('phases') }} as f
        on t.programme_code = f.programme_code and t.period_start = f.valid_from and t.period_precision = 'phase'
    inner join {{ ref('dim_indicators') }} as i
        on t.indicator_code = i.indicator_code and i.unit_of_count in ('contact', 'arrival')
    cross join
        generate_series(extract(year from f.valid_from)::int, extract(year from f.valid_to)::int)
            as y (year_number)
    except
    select component from {{ ref('int_touched_components') }}
),

empty_years as (
    select
        {% for column in part %}e.{{ column }},
        {% endfor -%}
        e.period_start
    from {{ ref('int_empty_cells') }} as e
    inner join {{ ref('int_hidden_cells') }} as h on e.cell_number = h.cell_number
    where e.period_precision = 'year'
    union
    select
        {% for column in part %}r.{{ column }},
        {% endfor -%}
        r.period_start
    from years as y
    inner join {{ source('published', 'indicator_results') }} as r on y.component = r.component
    where
        r.valid_to_publication is null
        and r.origin = 'computed'
        and r.period_precision = 'year'
        and r.suppression is not null
        and r.actual_exact = 0
)

select distinct
    t.component,
    {% for column in part %}y.{{ column }},
    {% endfor -%}
    i.unit_of_count,
    i.threshold,
    t.period_start,
    t.period_precision,
    null::text as funder,
    0::numeric as value,
    null::numeric as numerator,
    null::numeric as denominator,
    0 as amounts_without_rate,
    null::numeric as completeness
from empty_years as y
inner join {{ ref('phases') }} as f
    on y.programme_code = f.programme_code and y.period_start between f.valid_from and f.valid_to
inner join {{ ref('int_touched_components') }} as t
    on
        y.programme_code = t.programme_code
        and y.indicator_code = t.indicator_code
        and f.valid_from = t.period_start
        and t.period_precision = 'phase'
inner join {{ ref('dim_indicators') }} as i
    on y.indicator_code = i.indicator_code and i.unit_of_count in ('contact', 'arrival')
where
    -- Looked up in a hash: the planner takes the years for one row, and would loop over the cells for each.
    (
        t.component, y.geography_level, y.geography_code, y.dimension, y.dimension_value
    ) not in (
        select c.component, c.geography_level, c.geography_code, c.dimension, c.dimension_value
        from {{ ref('int_cells_computed') }} as c
        where c.period_precision = 'phase' and c.component is not null
    )
