{{ config(materialized='table') }}
-- The latest baseline of an indicator and place, for each phase it was set for.
with latest as (
    select distinct on (
        b.programme_code, b.indicator_code, b.geography_level, b.geography_code, b.dimension, b.dimension_value, b.phase
    )
        b.*,
        coalesce(b.words, trim_scale(b.value_low) || ' to ' || trim_scale(b.value_high)) as baseline_text
    from {{ ref('stg_events__baseline_set') }} as b
    inner join {{ ref('dim_indicators') }} as i on b.indicator_code = i.indicator_code
    order by
        b.programme_code, b.indicator_code, b.geography_level, b.geography_code, b.dimension, b.dimension_value,
        b.phase, b.occurred_at desc, b.received_at asc, b.event_id collate "C" asc
)

select
    *,
    row_number() over (
        partition by programme_code, indicator_code, geography_level, geography_code, dimension, dimension_value
        order by occurred_at desc, received_at asc, event_id collate "C" asc
    ) = 1 as is_latest
from latest
