{#
    Names the cells that share a sum with each other and with no other cell: computed ones of an indicator and period;
    contacts and arrivals of a year with its quarters and months, for those add up. Figures to date of a phase stand
    apart: they are shown only where all their years are. Empty for all other cells, which each build makes in full.
    `precision` is month, quarter, year, phase or empty.
#}
{% macro component(row, precision, programme, indicator) -%}
case
        when
            {{ programme }}.actual_source = 'computed'
            and {{ indicator }}.source_type = 'computed'
            and {{ precision }} in ('month', 'quarter', 'year', 'phase')
            then concat_ws(
                '|', {{ row }}.programme_code, {{ row }}.indicator_code,
                case
                    when {{ indicator }}.unit_of_count in ('contact', 'arrival') and {{ precision }} <> 'phase'
                        then extract(year from {{ row }}.period_start)::text
                    else {{ row }}.period_start || '|' || {{ precision }}
                end
            )
    end
{%- endmacro %}
