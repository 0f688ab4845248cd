{# The last day of a period that is counted: a month, a quarter or a year. #}
{% macro period_end(period_start, precision) -%}
({{ period_start }} + make_interval(months => case {{ precision }} when 'month' then 1 when 'quarter' then 3 else 12 end))::date - 1
{%- endmacro %}
