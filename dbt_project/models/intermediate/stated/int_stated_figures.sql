{{ config(materialized='table') }}
-- Figures of documents by business key: the first received stands until a correction comes, repeats agree with it.
with keyed as (
    select
        r.*,
        {{ grain_key([
            'r.programme_code', 'r.indicator_code', 'r.geography_level', 'r.geography_code', 'r.project_code',
            'r.phase', 'r.funder', 'r.period_start', 'r.period_end', 'r.basis', 'r.dimension', 'r.dimension_value',
            'r.kind',
        ]) }} as business_key,
        concat_ws(
            ' ', case when r.qualifier not in ('exact', 'none') then r.qualifier end, r.currency, trim_scale(r.value),
            trim_scale(r.value_low) || ' to ' || trim_scale(r.value_high), r.words,
            case when r.value_type = 'missing' then 'missing' end
        ) as figure
    from {{ ref('stg_events__result_reported') }} as r
    inner join {{ ref('dim_indicators') }} as i on r.indicator_code = i.indicator_code
)

select
    *,
    row_number() over by_standing as standing,
    first_value(source) over by_standing as kept_source,
    first_value(event_id) over by_standing as kept_id,
    first_value(figure) over by_standing as kept_figure
from keyed
window by_standing as (
    partition by business_key
    order by
        (operation = 'correct') desc,
        case when operation = 'correct' then received_at end desc,
        received_at asc,
        event_id collate "C" asc
)
