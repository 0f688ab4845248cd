{# A target belongs to an actual of the same indicator, place and part, in the same phase or for the very same period.
    Figures to date of a phase have the targets for the whole of it, not those of its years. #}
{% macro target_matches(actual, target_row) -%}
{{ actual }}.programme_code = {{ target_row }}.programme_code
        and {{ actual }}.indicator_code = {{ target_row }}.indicator_code
        and {{ actual }}.geography_level = {{ target_row }}.geography_level
        and {{ actual }}.geography_code = {{ target_row }}.geography_code
        and {{ actual }}.dimension = {{ target_row }}.dimension
        and {{ actual }}.dimension_value = {{ target_row }}.dimension_value
        and {{ actual }}.kind = 'actual'
        and {{ actual }}.funder is null
        and (
            ({{ actual }}.phase = {{ target_row }}.phase and {{ actual }}.period_precision is distinct from 'phase')
            or ({{ actual }}.period_start = {{ target_row }}.phase_start and {{ actual }}.period_precision = 'phase')
            or (
                {{ actual }}.period_start = {{ target_row }}.period_start
                and {{ actual }}.period_end = {{ target_row }}.period_end
            )
        )
{%- endmacro %}
