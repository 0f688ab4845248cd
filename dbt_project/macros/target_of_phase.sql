{#
    A target for the whole of a declared phase: of its very dates, or one that names the phase and no month or year of
    its own.
#}
{% macro target_of_phase(target_row, phase_row) -%}
{{ target_row }}.programme_code = {{ phase_row }}.programme_code
        and {{ span(target_row ~ '.period_start', target_row ~ '.period_end') }} is null
        and (
            {{ target_row }}.phase = {{ phase_row }}.phase
            or (
                {{ target_row }}.period_start = {{ phase_row }}.valid_from
                and {{ target_row }}.period_end = {{ phase_row }}.valid_to
            )
        )
{%- endmacro %}
