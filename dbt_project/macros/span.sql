{# month, quarter or year, if the dates are those of a whole one; what a target calls its period does not matter. #}
{% macro span(period_start, period_end) -%}
case
        when {{ period_start }} = date_trunc('month', {{ period_start }})
            and {{ period_end }} = ({{ period_start }} + interval '1 month')::date - 1 then 'month'
        when {{ period_start }} = date_trunc('quarter', {{ period_start }})
            and {{ period_end }} = ({{ period_start }} + interval '3 months')::date - 1 then 'quarter'
        when {{ period_start }} = date_trunc('year', {{ period_start }})
            and {{ period_end }} = ({{ period_start }} + interval '1 year')::date - 1 then 'year'
    end
{%- endmacro %}
