select
    {{ event_columns() }},
    data ->> 'direction' as direction,
    (data ->> 'count')::bigint as arrivals,
    (data ->> 'estimate')::boolean as is_estimate
from {{ ref('int_records_current') }}
where event_type = 'arrival.counted.v1'
