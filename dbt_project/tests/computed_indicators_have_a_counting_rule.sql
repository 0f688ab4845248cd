select
    coalesce(i.indicator_code, r.indicator_code) as indicator_code,
    'The catalogue and the counting rules disagree on whether ' || coalesce(i.indicator_code, r.indicator_code)
    || ' is computed from events.' as sentence
from (
    select indicator_code from {{ ref('dim_indicators') }}
    where
        source_type = 'computed'
        and indicator_code not in (select m.reference_indicator_code from {{ ref('int_exact_mappings') }} as m)
) as i
full join {{ ref('int_counting_rules') }} as r on i.indicator_code = r.indicator_code
where i.indicator_code is null or r.indicator_code is null
