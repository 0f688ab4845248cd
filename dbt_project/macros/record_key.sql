{# One thing of a partner's, through all its versions and those of its contract. #}
{% macro record_key(programme, source, event_type, subject) -%}
md5(concat_ws('|', {{ programme }}, {{ source }}, {{ any_version(event_type) }}, {{ subject }}))::uuid
{%- endmacro %}
