{{ config(materialized='table') }}
-- What a person has to decide; none of it changes a figure. Fields of records are named, not shown: may be sensitive.
select
    programme_code,
    data ->> 'indicator_code' as indicator_code,
    coalesce(data -> 'place' ->> 'code', city) as geography_code,
    concat_ws('|', source, event_type, subject, record_version) as business_key,
    source as kept_source,
    kept_id,
    kept_operation as kept_value,
    source as other_source,
    event_id as other_id,
    operation || coalesce(', differs in ' || nullif(differing_fields, ''), '') as other_value,
    'same record and version, different content: the first received stands' as reason,
    received_at
from {{ ref('int_record_conflicts') }}
union all
select
    programme_code,
    indicator_code,
    geography_code,
    business_key,
    kept_source,
    kept_id,
    kept_figure,
    source,
    event_id,
    figure,
    'same figure stated twice with different values, without a correction: the standing one is kept',
    received_at
from {{ ref('int_stated_figures') }}
where figure != kept_figure
union all
select
    s.programme_code,
    s.indicator_code,
    s.geography_code,
    s.business_key,
    null,
    null,
    null,
    s.source,
    s.event_id,
    s.figure,
    'the indicator is not in the catalogue: the figure is kept out until it is',
    s.received_at
from {{ ref('int_stated_unknown') }} as s
union all
select
    programme_code,
    null,
    geography_code,
    machine || '|' || lower(thing_name),
    kept_source,
    kept_id,
    kept_state,
    other_source,
    other_id,
    other_state,
    'the machine of milestones does not allow this step: the state before stands',
    received_at
from {{ ref('milestones_to_review') }}
