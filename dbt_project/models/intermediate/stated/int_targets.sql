{{ config(materialized='table') }}
-- A target repeated word for word counts once. `precedence` orders targets from the most to the least current: the
-- latest set, then the one that the indicator's definition quotes, then one with a number, then the lower number.
with distinct_targets as (
    select distinct on (
        t.programme_code, t.indicator_code, t.geography_level, t.geography_code, t.project_code, t.phase,
        t.period_start, t.period_end, t.dimension, t.dimension_value, t.value, t.qualifier, t.words, t.document
    )
        t.*
    from {{ ref('stg_events__target_set') }} as t
    inner join {{ ref('dim_indicators') }} as i on t.indicator_code = i.indicator_code
    order by
        t.programme_code, t.indicator_code, t.geography_level, t.geography_code, t.project_code, t.phase,
        t.period_start, t.period_end, t.dimension, t.dimension_value, t.value, t.qualifier, t.words, t.document,
        t.is_quoted_by_indicator desc, t.received_at, t.event_id collate "C"
)

select
    *,
    row_number() over (
        order by
            occurred_on desc,
            is_quoted_by_indicator desc,
            value is null asc,
            value asc,
            received_at asc,
            event_id collate "C" asc
    ) as precedence,
    source || ' ' || subject as target_record
from distinct_targets
