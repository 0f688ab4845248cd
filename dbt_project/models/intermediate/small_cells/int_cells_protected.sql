-- Computed cells with what readers are told where a number is hidden, and the empty cells that are hidden with them.
-- That a cell is small itself is told of coded ones only: elsewhere it would narrow what it and its neighbours can be.
{%- set cell = [
    'component', 'programme_code', 'indicator_code', 'unit_of_count', 'threshold', 'geography_level', 'geography_code',
    'period_start', 'period_precision', 'funder', 'dimension', 'dimension_value', 'value', 'numerator', 'denominator',
    'amounts_without_rate', 'completeness',
] %}
select
    {% for column in cell %}c.{{ column }},
    {% endfor -%}
    case
        when h.is_coded then 'bottom_coded'
        when h.cell_number is not null then 'complementary'
        when
            c.period_precision = 'phase'
            and c.unit_of_count in ('person', 'household', 'contact', 'arrival')
            and c.value < c.threshold
            then 'complementary'
    end as suppression
from {{ ref('int_cells_computed') }} as c
left join {{ ref('int_hidden_cells') }} as h on c.cell_number = h.cell_number
union all
select
    {% for column in cell %}e.{{ column }},
    {% endfor -%}
    'complementary'
from {{ ref('int_empty_cells') }} as e
inner join {{ ref('int_hidden_cells') }} as h on e.cell_number = h.cell_number
union all
select
    {% for column in cell %}z.{{ column }},
    {% endfor -%}
    'complementary'
from {{ ref('int_empty_to_date') }} as z
