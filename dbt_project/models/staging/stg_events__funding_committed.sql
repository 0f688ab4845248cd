select
    {{ event_columns() }},
    data ->> 'funding_source' as funding_source,
    (data ->> 'amount')::numeric as amount,
    data ->> 'currency' as currency,
    (data ->> 'in_kind')::boolean as is_in_kind
from {{ ref('int_records_current') }}
where event_type = 'funding.committed.v1'
