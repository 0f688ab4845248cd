-- The catalogue as readers may see it. Mappings to reference frameworks are recalled wording and stay out.
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
    source_ref
from {{ ref('indicators') }}
