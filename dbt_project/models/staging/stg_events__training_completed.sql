select
    {{ event_columns() }},
    {{ person_columns() }},
    data ->> 'course' as course,
    {{ cast_or_null("data ->> 'hours'", 'numeric') }} as hours,
    {{ cast_or_null("data ->> 'certificate'", 'boolean') }} as has_certificate
from {{ ref('int_records_current') }}
where event_type = 'training.completed.v1'
