{# One text from the columns that make something unique; an empty column keeps its place. #}
{% macro grain_key(columns) -%}
concat_ws('|'{% for column in columns %}, coalesce({{ column }}::text, ''){% endfor %})
{%- endmacro %}
