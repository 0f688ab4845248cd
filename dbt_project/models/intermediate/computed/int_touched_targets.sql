{{ config(materialized='table', post_hook="{{ remember_touched_groups() }}") }}
-- Groups whose targets or baselines changed, by all that their records ever said.
with stated as (
    select
        programme_code,
        event_type,
        data ->> 'indicator_code' as indicator_code,
        data ->> 'phase' as phase,
        {{ cast_or_null("data -> 'period' ->> 'start'", 'date') }} as period_start,
        {{ cast_or_null("data -> 'period' ->> 'end'", 'date') }} as period_end
    from {{ ref('int_records') }}
    where (event_type like 'target.set.%' or event_type like 'baseline.set.%') and {{ of_touched_records() }}
)

select programme_code, indicator_code, period_start, {{ span('period_start', 'period_end') }} as period_precision
from stated
where event_type like 'target.set.%' and {{ span('period_start', 'period_end') }} is not null
union
select s.programme_code, s.indicator_code, f.valid_from, 'phase'
from stated as s
inner join {{ ref('phases') }} as f on {{ target_of_phase('s', 'f') }}
where s.event_type like 'target.set.%'
union
-- A baseline stands beside the figures of all periods.
select g.programme_code, g.indicator_code, g.period_start, g.period_precision
from {{ ref('int_city_sums') }} as g
inner join stated as b on g.programme_code = b.programme_code and g.indicator_code = b.indicator_code
where b.event_type like 'baseline.set.%'
