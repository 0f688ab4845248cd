-- Indicators that count exactly what an indicator of another framework counts, and in which months. Only these are ever
-- counted under its code; its cells are told apart by version, for a code may mean something else in the next one.
select
    m.framework_version || ':' || m.reference_code as reference_indicator_code,
    m.framework_version,
    m.reference_code,
    m.indicator_code,
    f.programme_code,
    greatest(v.valid_from, m.valid_from) as valid_from,
    least(v.valid_to, m.valid_to) as valid_to
from {{ ref('indicator_mappings') }} as m
inner join {{ ref('framework_versions') }} as v on m.framework_version = v.framework_version
inner join {{ ref('frameworks') }} as f on v.framework_code = f.framework_code
where m.strength = 'exact'
