select
    {{ event_columns() }},
    {{ person_columns() }},
    (data ->> 'session_no')::integer as session_no,
    (data ->> 'receives_remittances')::boolean as receives_remittances
from {{ ref('int_records_current') }}
where event_type = 'advisory.given.v1'
