{{ config(materialized='table', post_hook='analyze {{ this }}') }}
-- Stated figures, their sums over joint sets, and computed cells of the programmes whose source of actuals is events.
{%- set grain = 'programme_code, indicator_code, geography_level, geography_code, project_code, phase, funder, '
    ~ 'period_start, period_end, period_precision, basis, dimension, dimension_value, kind' %}
with actuals as (
    select
        {{ grain }},
        null::text as component,
        'stated' as origin, value, value_low, value_high, qualifier, words, currency,
        null::numeric as numerator, null::numeric as denominator,
        null::numeric as completeness, null::text as suppression, note, phrase, document
    from {{ ref('int_stated_cells') }}
    union all
    select
        programme_code, indicator_code, 'joint_set', geography_code, project_code, phase, funder,
        period_start, period_end, period_precision, basis, dimension, dimension_value, kind,
        null,
        'summed', value, null, null, qualifier, null, currency,
        null, null, null, null, note, phrase, document
    from {{ ref('int_stated_sums') }}
    union all
    select
        c.programme_code, c.indicator_code, c.geography_level, c.geography_code, null, f.phase, c.funder,
        c.period_start,
        coalesce(f.valid_to, {{ period_end('c.period_start', "nullif(c.period_precision, 'phase')") }}),
        c.period_precision,
        case when f.phase is null then 'flow' else 'to_date' end,
        c.dimension, c.dimension_value, 'actual',
        c.component,
        'computed', c.value, null, null, 'exact', null, case when c.unit_of_count = 'money' then 'USD' end,
        c.numerator, c.denominator, c.completeness, c.suppression,
        concat_ws(
            '; ',
            case
                when c.amounts_without_rate > 0
                    then
                        'rate_missing: '
                        || c.amounts_without_rate
                        || ' amounts have no exchange rate and are not counted'
            end,
            case
                when c.geography_level not in ('site', 'city') and c.unit_of_count in ('person', 'household')
                    then 'sum of the cities: may include people served in more than one city'
            end,
            'to date: provisional until ' || f.valid_to,
            'holds monthly totals reported by ' || m.reporting_cities || ', not counted from events'
        ), null, null
    from {{ ref('int_cells_protected') }} as c
    inner join {{ ref('programmes') }} as p on c.programme_code = p.programme_code and p.actual_source = 'computed'
    left join {{ ref('phases') }} as f
        on c.period_precision = 'phase' and c.programme_code = f.programme_code and c.period_start = f.valid_from
    left join {{ ref('int_reported_parts') }} as m
        on
            c.programme_code = m.programme_code
            and c.indicator_code = m.indicator_code
            and c.geography_level = m.geography_level
            and c.geography_code = m.geography_code
            and c.period_start = m.period_start
            and c.period_precision = m.period_precision
)

select
    row_number() over () as actual_number,
    *
from actuals
