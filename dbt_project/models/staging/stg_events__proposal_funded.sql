select
    {{ event_columns() }},
    {{ person_columns() }},
    data ->> 'proposal_ref' as proposal_ref,
    data ->> 'funder' as funder,
    {{ cast_or_null("data -> 'amount_granted' ->> 'amount'", 'numeric') }} as amount_granted,
    data -> 'amount_granted' ->> 'currency' as currency
from {{ ref('int_records_current') }}
where event_type = 'proposal.funded.v1'
