{{ config(materialized='table') }}
-- Which target stands beside which actual. Of several, the one of least precedence number is current.
with dated as (
    select
        t.*,
        f.valid_from as phase_start,
        f.valid_to as phase_end
    from {{ ref('int_targets') }} as t
    left join {{ ref('phases') }} as f on {{ target_of_phase('t', 'f') }}
),

named as (
    select
        t.*,
        {{ component('g', 'g.period_precision', 'p', 'i') }} as component
    from dated as t
    cross join
        lateral (
            values (
                t.programme_code,
                t.indicator_code,
                coalesce(t.phase_start, t.period_start),
                case when t.phase_start is null then {{ span('t.period_start', 't.period_end') }} else 'phase' end
            )
        ) as g (programme_code, indicator_code, period_start, period_precision)
    inner join {{ ref('programmes') }} as p on t.programme_code = p.programme_code
    inner join {{ ref('dim_indicators') }} as i on t.indicator_code = i.indicator_code
),

pairs as (
    select
        a.actual_number,
        t.*
    from named as t
    left join {{ ref('int_actuals') }} as a
        on {{ target_matches('a', 't') }}
    where {{ in_scope('t') }}
)

select
    actual_number,
    component,
    programme_code,
    indicator_code,
    geography_level,
    geography_code,
    project_code,
    phase,
    coalesce(period_start, phase_start) as period_start,
    coalesce(period_end, phase_end) as period_end,
    period_precision,
    dimension,
    dimension_value,
    currency,
    value as target,
    value_type as target_value_type,
    qualifier as target_qualifier,
    phrase as target_phrase,
    document as target_document,
    note as target_note,
    target_record,
    row_number() over (
        partition by
            actual_number, programme_code, indicator_code, geography_level, geography_code, dimension, dimension_value,
            case when actual_number is null then coalesce(phase, period_start || ' ' || period_end) end
        order by precedence
    ) = 1 as target_is_current
from pairs
