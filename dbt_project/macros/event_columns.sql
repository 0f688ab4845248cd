{# The columns that every staged event has, whatever its type. #}
{% macro event_columns() -%}
record_key,
    programme_code,
    source,
    event_id,
    event_type,
    subject,
    city,
    operation,
    occurred_at,
    received_at,
    occurred_on,
    month_start
{%- endmacro %}
