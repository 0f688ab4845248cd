select
    {{ event_columns() }},
    data ->> 'direction' as direction,
    {{ cast_or_null("data ->> 'count'", 'numeric') }} as arrivals,
    {{ cast_or_null("data ->> 'estimate'", 'boolean') }} as is_estimate
from {{ ref('int_records_current') }}
where event_type = 'arrival.counted.v1'
