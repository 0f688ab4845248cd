-- Where a city reports a monthly total and sends events too: which of them is the actual, and by how much they differ.
-- A hidden cell shows neither here, and a small count of events is not shown although its month was reported.
create table published.reported_against_computed (
    programme_code text not null,
    indicator_code text not null,
    geography_code text not null,
    period_start date not null,
    threshold integer not null,
    reported_value numeric not null,
    computed_value numeric not null,
    actual_source text not null,
    phrase text,
    document text,
    primary key (programme_code, indicator_code, geography_code, period_start)
);
grant select, insert, delete on published.reported_against_computed to corridor_warehouse;

create view results.reported_against_computed as
with judged as (
    select
        c.*,
        r.cell_id,
        coalesce(r.suppression, 'exempt') <> 'exempt' as is_hidden,
        c.computed_value > 0 and c.computed_value < c.threshold as is_small
    from published.reported_against_computed as c
    left join results.indicator_results as r
        on
            c.programme_code = r.programme_code
            and c.indicator_code = r.indicator_code
            and c.geography_code = r.geography_code
            and c.period_start = r.period_start
            and r.period_precision = 'month'
            and r.dimension = 'total'
            and r.kind = 'actual'
            and r.funder is null
)

select
    cell_id,
    programme_code,
    indicator_code,
    geography_code,
    period_start,
    case actual_source when 'reported' then 'reported' else 'computed from events' end as actual_source,
    case when not is_hidden then reported_value end as reported,
    case when not is_hidden and not is_small then computed_value end as computed,
    case when not is_hidden and not is_small then reported_value - computed_value end as difference,
    case
        when not is_hidden and not is_small
            then round(100 * (reported_value - computed_value) / nullif(computed_value, 0), 1)
    end as difference_percent,
    phrase,
    document
from judged;
grant select on results.reported_against_computed to corridor_reader, bi_programme, bi_steering, bi_engineer;
