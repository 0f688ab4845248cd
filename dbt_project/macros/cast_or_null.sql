{# A value of the wrong form becomes empty: one bad event that a contract let pass must not stop everybody's build. #}
{% macro cast_or_null(expression, type) -%}
case when pg_input_is_valid({{ expression }}, '{{ type }}') then ({{ expression }})::{{ type }} end
{%- endmacro %}
