{# The periods that an event of this month counts in. #}
{% macro month_and_year(row) -%}
cross join lateral (
        values ('month', {{ row }}.month_start), ('year', date_trunc('year', {{ row }}.month_start)::date)
    ) as p (period_precision, period_start)
{%- endmacro %}
