{{ config(grants={'select': ['corridor_owner']}) }}
-- The catalogue as readers may see it, with those indicators of other frameworks that something is mapped to exactly.
-- They follow the strictest rules of what is mapped to them. Wording that is only recalled says so in its name.
select
    indicator_code,
    name_en as indicator_name,
    unit_of_count,
    level as result_level,
    nullif(outcome_code, '') as outcome_code,
    direction,
    time_rule,
    place_rule,
    dimension_rule,
    data_class,
    threshold::integer as threshold,
    source_type,
    definition,
    wording_status,
    source_ref,
    framework_version,
    valid_from,
    valid_to,
    nullif(numerator_code, '') as numerator_code,
    nullif(denominator_code, '') as denominator_code,
    nullif(required_dims, '') as required_dims,
    nullif(part_dimension, '') as part_dimension,
    nullif(track_rule, '') as track_rule,
    small_cell_policy,
    nullif(reach, '') as reach
from {{ ref('indicators') }}
union all
select
    m.reference_indicator_code,
    r.wording || case r.wording_status when 'RECALLED' then ' (recalled wording, not official)' else '' end,
    min(i.unit_of_count),
    r.level,
    null,
    min(i.direction),
    min(i.time_rule),
    case when min(i.place_rule) = max(i.place_rule) then min(i.place_rule) else 'none' end,
    case when min(i.dimension_rule) = max(i.dimension_rule) then min(i.dimension_rule) else 'none' end,
    max(i.data_class),
    max(i.threshold::integer),
    case when bool_or(i.source_type = 'computed') then 'computed' else 'stated' end,
    'Counted once in whatever is mapped to it: ' || string_agg(i.indicator_code, ', ' order by i.indicator_code) || '.',
    r.wording_status,
    r.source_ref,
    m.framework_version,
    min(m.valid_from),
    max(m.valid_to),
    null,
    null,
    null,
    case when min(i.part_dimension) = max(i.part_dimension) then min(nullif(i.part_dimension, '')) end,
    min(nullif(i.track_rule, '')),
    'suppress',
    min(nullif(i.reach, ''))
from {{ ref('int_exact_mappings') }} as m
inner join {{ ref('indicators') }} as i on m.indicator_code = i.indicator_code
inner join {{ ref('reference_indicators') }} as r
    on m.framework_version = r.framework_version and m.reference_code = r.reference_code
group by
    m.reference_indicator_code, m.framework_version, r.wording, r.wording_status, r.level, r.source_ref
