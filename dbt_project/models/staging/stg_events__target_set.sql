select
    {{ event_columns() }},
    {{ stated_columns() }},
    coalesce({{ cast_or_null("data ->> 'quoted_by_indicator'", 'boolean') }}, false) as is_quoted_by_indicator
from {{ ref('int_records_current') }}
where event_type = 'target.set.v1'
