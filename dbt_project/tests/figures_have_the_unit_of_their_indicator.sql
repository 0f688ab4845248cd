{{ config(severity='warn') }}
select
    f.source,
    f.event_id,
    f.indicator_code,
    'The figure ' || f.event_id || ' counts ' || f.unit || ', but ' || f.indicator_code || ' counts '
    || i.unit_of_count || '.' as sentence
from {{ ref('int_stated_figures') }} as f
inner join {{ ref('dim_indicators') }} as i on f.indicator_code = i.indicator_code
where
    f.unit != i.unit_of_count
    and i.unit_of_count in (
        'person', 'contact', 'household', 'organisation', 'place', 'document', 'event', 'asset', 'money', 'percent',
        'arrival'
    )
