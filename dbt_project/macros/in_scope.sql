{# What a build makes anew: cells that share no sum with others in full, of the rest the touched components. #}
{% macro in_scope(row) -%}
({{ row }}.component is null
    or {{ row }}.component in (select touched.component from {{ ref('int_touched_components') }} as touched))
{%- endmacro %}
