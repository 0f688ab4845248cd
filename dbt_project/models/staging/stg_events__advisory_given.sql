select
    {{ event_columns() }},
    {{ person_columns() }},
    {{ cast_or_null("data ->> 'session_no'", 'numeric') }} as session_no,
    {{ cast_or_null("data ->> 'receives_remittances'", 'boolean') }} as receives_remittances
from {{ ref('int_records_current') }}
where event_type = 'advisory.given.v1'
