{#
    Which groups (programme, indicator, period) of cells changed since readers last saw all changes. Publishing empties
    the table; a build that is refused or withheld does not.
#}
{% macro remember_touched_groups() -%}
insert into {{ source('ops', 'touched_groups') }}
(programme_code, indicator_code, period_start, period_precision)
select distinct programme_code, indicator_code, period_start, period_precision
from {{ ref('int_counted_pending') if is_incremental() else this }}
on conflict do nothing
{%- endmacro %}
