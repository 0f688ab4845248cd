{{ config(materialized='table', schema='candidate', post_hook='analyze {{ this }}') }}
-- The next publication, one row a published cell; readers see it only after the audit.
with labelled as (
    select
        r.*,
        i.framework_version,
        i.outcome_code,
        i.indicator_name,
        i.unit_of_count,
        i.direction,
        i.threshold,
        i.track_rule,
        i.wording_status,
        coalesce(g.geography_name, p.name, r.geography_code) as geography_name,
        p.is_simulated,
        case
            when r.origin = 'computed' then r.suppression
            when r.origin in ('stated', 'summed') and i.unit_of_count in ('person', 'household', 'contact')
                then 'exempt'
        end as suppressed,
        r.suppression is not null as is_hidden,
        round(r.value / nullif(r.target, 0), 4) as achievement
    from {{ ref('int_result_rows_with_baselines') }} as r
    inner join {{ ref('programmes') }} as p on r.programme_code = p.programme_code
    inner join {{ ref('dim_indicators') }} as i on r.indicator_code = i.indicator_code
    left join {{ ref('dim_places') }} as g on r.geography_code = g.place_code
)

select
    md5({{ grain_key([
        'programme_code', 'framework_version', 'indicator_code', 'geography_level', 'geography_code', 'project_code', 'phase',
        'funder', 'period_start', 'period_end', 'period_precision', 'basis', 'dimension', 'dimension_value', 'kind',
        'target_variant',
    ]) }}) as cell_id,
    programme_code,
    framework_version,
    outcome_code,
    indicator_code,
    indicator_name,
    unit_of_count,
    geography_level,
    geography_code,
    geography_name,
    project_code,
    phase,
    funder,
    period_start,
    period_end,
    period_precision,
    basis,
    dimension,
    dimension_value,
    kind,
    case when not is_hidden then value end as actual,
    case when suppression = 'bottom_coded' then 1 else value_low end as actual_low,
    case when suppression = 'bottom_coded' then threshold - 1 else value_high end as actual_high,
    case when suppression = 'bottom_coded' then 'fewer_than' when not is_hidden then qualifier end as actual_qualifier,
    words as actual_text,
    currency,
    case when not is_hidden then numerator end as numerator,
    case when not is_hidden then denominator end as denominator,
    target,
    target_qualifier,
    target_is_current,
    target_phrase,
    baseline,
    baseline_text,
    case when not is_hidden then achievement end as achievement,
    case
        when origin = 'none' and not has_target then 'no_actual'
        when not has_target then 'no_target'
        when is_hidden then 'hidden'
        when target is null and target_value_type in ('words', 'range') then 'not_numeric'
        when target is null then 'target_missing'
        when origin = 'none' then 'no_actual'
        when value is null then 'not_numeric'
        when case when direction = 'down' then value <= target else value >= target end then 'achieved'
        else 'in_progress'
    end as status,
    suppressed as suppression,
    nullif(note, '') as note,
    is_simulated,
    phrase as source_phrase,
    document as source_document,
    value as actual_exact,
    numerator as numerator_exact,
    denominator as denominator_exact,
    achievement as achievement_exact,
    component,
    origin,
    case when not is_hidden then completeness end as completeness,
    wording_status,
    case when target is not null then track_rule end as track_rule,
    target_start,
    target_end
from labelled
