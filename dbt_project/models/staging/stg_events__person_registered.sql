select
    {{ event_columns() }},
    {{ person_columns() }},
    data ->> 'registration_type' as registration_type
from {{ ref('int_records_current') }}
where event_type = 'person.registered.v1'
