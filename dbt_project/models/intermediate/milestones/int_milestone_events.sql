-- Events that tell how far a plan, an office or works have come, in one shape. A thing is known by its name within its
-- city; whether names may be shown follows from the class of the contract.
{%- set works_state -%}
case
        when handover_date <= occurred_on then 'handed_over'
        when percent_complete >= 100 then 'completed'
        when percent_complete > 0 then 'in_work'
        else 'planned'
    end
{%- endset %}
{%- set machines = {
    'plan': ('plan_status_changed', 'document_title', 'document_type', 'to_status', 'from_status', 'P0'),
    'office': ('office_status_changed', 'office', 'office_type', 'to_status', 'from_status', 'P1'),
    'works': ('works_progress', 'asset', 'asset_type', works_state, 'null', 'P1'),
} %}
{%- for machine, (type, name, kind, state, said_before, data_class) in machines.items() %}
select
    record_key,
    md5(concat_ws('|', programme_code, city, '{{ machine }}', lower(btrim({{ name }}))))::uuid as thing_key,
    programme_code,
    city,
    '{{ machine }}' as machine,
    {{ kind }}::text as kind,
    btrim({{ name }}) as thing_name,
    '{{ data_class }}' as data_class,
    source,
    event_id,
    event_type,
    occurred_at,
    received_at,
    occurred_on,
    {{ state }}::text as state,
    {{ said_before }}::text as said_before
from {{ ref('stg_events__' ~ type) }}
where btrim({{ name }}) <> '' and city is not null and {{ of_touched_records() }}
{% if not loop.last %}union all{% endif %}
{%- endfor %}
