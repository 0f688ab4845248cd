{# A full build makes every cell anew: what is published and has no events any more must be found to go. #}
{% macro touch_published_groups() -%}
{%- if flags.FULL_REFRESH %}
insert into {{ source('ops', 'touched_groups') }}
(programme_code, indicator_code, period_start, period_precision)
select distinct programme_code, indicator_code, period_start, period_precision
from {{ source('published', 'indicator_results') }}
where valid_to_publication is null and component is not null
on conflict do nothing
{%- endif %}
{%- endmacro %}
