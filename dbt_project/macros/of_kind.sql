{# True where a rule counts this kind: one of those it lists with a semicolon between them, or any if it lists none. #}
{% macro of_kind(kind, kinds) -%}
(nullif({{ kinds }}, '') is null or {{ kind }} = any(string_to_array({{ kinds }}, ';')))
{%- endmacro %}
