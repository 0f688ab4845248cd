-- What a first page shows: totals only, every stated figure, and of computed ones the calendar years.
-- `is_latest`: the newest point of its indicator and place. `is_widest`: the largest place that has the indicator.
-- Both windows begin with `programme`, so that a filter on it is applied before anything is sorted.
create view results.v_results_at_a_glance as
with totals as (
    select
        *,
        coalesce(period_end, date '1900-01-01') as ends,
        case place_level
            when 'global' then 7
            when 'programme' then 6
            when 'region' then 5
            when 'country' then 4
            when 'corridor' then 3
            when 'joint_set' then 2
            else 1
        end as width
    from results.v_readable_results
    where
        not is_context
        and (is_stated or has_target or (dimension = 'total' and period_precision = 'year'))
)

select
    t.*,
    t.ends = max(t.ends) over (series rows between unbounded preceding and unbounded following) as is_latest,
    t.width = max(t.width) over (partition by t.programme, t.indicator_code) as is_widest,
    string_agg(t.result || ' (' || t.phase || ', ' || t.period || ')', '; ')
        over (series groups between unbounded preceding and 1 preceding) as earlier
from totals as t
window
    series as (
        partition by
            t.programme, t.indicator_code, t.place_code, t.funder, t.dimension, t.dimension_value, t.has_result
        order by t.ends
    );

grant select on results.v_results_at_a_glance to corridor_reader, bi_programme, bi_steering, bi_engineer;
