{# What every event about one person says of that person; a member that is not told is "not_collected", so partitions stay whole. #}
{% macro person_columns() -%}
data ->> 'person_token' as person_token,
    coalesce(data ->> 'sex', 'not_collected') as sex,
    coalesce(data ->> 'age_band', 'not_collected') as age_band,
    coalesce(data ->> 'status', 'not_collected') as status
{%- endmacro %}
