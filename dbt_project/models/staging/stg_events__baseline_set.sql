select
    {{ event_columns() }},
    {{ stated_columns() }},
    {{ cast_or_null("data ->> 'value_low'", 'numeric') }} as value_low,
    {{ cast_or_null("data ->> 'value_high'", 'numeric') }} as value_high,
    data ->> 'basis' as basis
from {{ ref('int_records_current') }}
where event_type = 'baseline.set.v1'
