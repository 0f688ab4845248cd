select
    r.cell_id,
    'A count of fewer than ' || i.threshold || ' of ' || r.indicator_code || ' in ' || r.geography_code
    || ' would be shown to readers.' as sentence
from {{ ref('indicator_results') }} as r
inner join {{ ref('dim_indicators') }} as i on r.indicator_code = i.indicator_code
where
    r.suppression is null
    and r.unit_of_count in ('person', 'household', 'contact', 'arrival')
    and r.actual > 0
    and r.actual < i.threshold
    and r.source_document is null
