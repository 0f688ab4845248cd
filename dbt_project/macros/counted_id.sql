{# What is counted once: somebody or something, for an indicator and a city, in a period. #}
{% macro counted_id(row, period) -%}
md5(concat_ws(
        '|', {{ row }}.programme_code, {{ row }}.indicator_code, {{ row }}.city, {{ period }}.period_precision,
        {{ period }}.period_start, {{ row }}.counted_key
    ))::uuid
{%- endmacro %}
