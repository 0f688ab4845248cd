{# The currency of a money event of whatever type, from its content. #}
{% macro any_currency() -%}
coalesce({% for path in money_events() | map(attribute='in') | unique %}{{ path }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
