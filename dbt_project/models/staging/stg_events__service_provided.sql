select
    {{ event_columns() }},
    {{ person_columns() }},
    data ->> 'service_type' as service_type,
    data ->> 'channel' as channel
from {{ ref('int_records_current') }}
where event_type = 'service.provided.v1'
