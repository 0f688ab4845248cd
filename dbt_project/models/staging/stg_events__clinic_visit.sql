select
    {{ event_columns() }},
    {{ person_columns() }},
    data ->> 'service_line' as service_line,
    data ->> 'visit_kind' as visit_kind
from {{ ref('int_records_current') }}
where event_type = 'clinic.visit.v1'
