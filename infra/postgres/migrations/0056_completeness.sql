-- How completely people are described: CM-X-08 for each place and period, from the figures that readers see.
create view results.completeness as
select
    r.programme_code,
    r.is_simulated,
    r.geography_level,
    r.geography_code,
    r.geography_name,
    r.period_start,
    r.period_end,
    r.period_precision,
    count(distinct r.indicator_code) as indicators,
    count(distinct r.indicator_code) filter (where r.completeness is not null) as indicators_told,
    count(distinct r.indicator_code) filter (where r.completeness = 1) as indicators_complete,
    round(
        100.0 * count(distinct r.indicator_code) filter (where r.completeness = 1)
        / nullif(count(distinct r.indicator_code) filter (where r.completeness is not null), 0), 1
    ) as percent_complete,
    min(r.completeness) as least_known,
    r.as_of
from results.indicator_results as r
where
    r.kind = 'actual'
    and r.origin = 'computed'
    and r.dimension = 'total'
    and r.funder is null
    and r.unit_of_count in ('person', 'household', 'contact', 'arrival')
    and r.actual is not null
group by
    r.programme_code, r.is_simulated, r.geography_level, r.geography_code, r.geography_name,
    r.period_start, r.period_end, r.period_precision, r.as_of;
grant select on results.completeness to corridor_reader, bi_programme, bi_steering, bi_engineer;
