select
    {{ event_columns() }},
    {{ stated_columns() }},
    coalesce((data ->> 'quoted_by_indicator')::boolean, false) as is_quoted_by_indicator
from {{ ref('int_records_current') }}
where event_type = 'target.set.v1'
