select
    {{ event_columns() }},
    data ->> 'household_token' as household_token,
    coalesce(data ->> 'head_sex', 'not_collected') as head_sex,
    coalesce(data ->> 'status', 'not_collected') as status,
    {{ cast_or_null("data ->> 'members'", 'numeric') }} as members,
    data ->> 'result_code' as result_code
from {{ ref('int_records_current') }}
where event_type = 'household.enumerated.v1'
