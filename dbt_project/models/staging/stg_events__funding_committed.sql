select
    {{ event_columns() }},
    data ->> 'funding_source' as funding_source,
    {{ cast_or_null("data ->> 'amount'", 'numeric') }} as amount,
    data ->> 'currency' as currency,
    {{ cast_or_null("data ->> 'in_kind'", 'boolean') }} as is_in_kind
from {{ ref('int_records_current') }}
where event_type = 'funding.committed.v1'
