{# The periods that an event of this month counts in: month, quarter, year, and the phase that the month lies in. #}
{% macro counted_periods(row) -%}
left join {{ ref('phases') }} as phase_of
        on
            {{ row }}.programme_code = phase_of.programme_code
            and {{ row }}.month_start between phase_of.valid_from and phase_of.valid_to
    cross join lateral (
        select v.*
        from (
            values
            ('month', {{ row }}.month_start, ({{ row }}.month_start + interval '1 month')::date - 1),
            (
                'quarter', date_trunc('quarter', {{ row }}.month_start)::date,
                (date_trunc('quarter', {{ row }}.month_start) + interval '3 months')::date - 1
            ),
            (
                'year', date_trunc('year', {{ row }}.month_start)::date,
                (date_trunc('year', {{ row }}.month_start) + interval '1 year')::date - 1
            ),
            ('phase', phase_of.valid_from, phase_of.valid_to)
        ) as v (period_precision, period_start, period_end)
        where v.period_start is not null
    ) as p
{%- endmacro %}
