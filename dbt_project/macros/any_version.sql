{# The type of an event without its contract's version: a record stays the same record when the contract changes. #}
{% macro any_version(event_type) -%}
rtrim({{ event_type }}, '0123456789')
{%- endmacro %}
