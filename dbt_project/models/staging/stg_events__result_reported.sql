select
    {{ event_columns() }},
    operation,
    {{ stated_columns() }},
    {{ cast_or_null("data ->> 'value_low'", 'numeric') }} as value_low,
    {{ cast_or_null("data ->> 'value_high'", 'numeric') }} as value_high,
    data ->> 'kind' as kind,
    data ->> 'basis' as basis,
    data ->> 'funder' as funder
from {{ ref('int_records_current') }}
where event_type = 'result.reported.v1'
