{# The periods that an event of this month counts in. #}
{% macro counted_periods(row) -%}
cross join lateral (
        values
        ('month', {{ row }}.month_start),
        ('quarter', date_trunc('quarter', {{ row }}.month_start)::date),
        ('year', date_trunc('year', {{ row }}.month_start)::date)
    ) as p (period_precision, period_start)
{%- endmacro %}
