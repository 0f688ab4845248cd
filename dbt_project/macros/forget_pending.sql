{# In the transaction that adds the changes to the sums: a build that dies loses none and adds none twice. #}
{% macro forget_pending() -%}
delete from {{ ref('int_counted_pending') }}
{%- endmacro %}
