select
    {{ event_columns() }},
    {{ person_columns() }},
    data ->> 'course' as course,
    (data ->> 'hours')::numeric as hours,
    (data ->> 'certificate')::boolean as has_certificate
from {{ ref('int_records_current') }}
where event_type = 'training.completed.v1'
