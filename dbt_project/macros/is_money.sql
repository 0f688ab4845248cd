{# True for an event of any version of a type that states an amount. #}
{% macro is_money(event_type) -%}
{{ any_version(event_type) }} in (
        {%- for event in money_events() %}'{{ event.type | replace('_', '.') }}.v'{{ ', ' if not loop.last }}{% endfor -%}
    )
{%- endmacro %}
