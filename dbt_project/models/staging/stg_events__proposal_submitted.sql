select
    {{ event_columns() }},
    {{ person_columns() }},
    data ->> 'sector' as sector,
    {{ cast_or_null("data -> 'amount_asked' ->> 'amount'", 'numeric') }} as amount_asked,
    data -> 'amount_asked' ->> 'currency' as currency
from {{ ref('int_records_current') }}
where event_type = 'proposal.submitted.v1'
