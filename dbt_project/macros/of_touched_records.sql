{# In a build of what is new: only records of which something is new. In a full one: all. #}
{% macro of_touched_records(row=none) -%}
{%- if flags.FULL_REFRESH -%}
true
{%- else -%}
{{ row ~ '.' if row }}record_key in (select t.record_key from {{ ref('int_touched_records') }} as t)
{%- endif -%}
{%- endmacro %}
