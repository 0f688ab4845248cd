{# A baseline belongs to the actuals of the same indicator, place and part; the phase is judged by the caller. #}
{% macro baseline_matches(result_row, baseline) -%}
{{ result_row }}.kind = 'actual'
{%- for column in [
    'programme_code', 'indicator_code', 'geography_level', 'geography_code', 'dimension', 'dimension_value',
] %}
        and {{ result_row }}.{{ column }} = {{ baseline }}.{{ column }}
{%- endfor %}
{%- endmacro %}
