-- Where a city reports a monthly total and sends events too: which of them is the actual, and by how much they differ.
-- A hidden cell shows neither here. A small count of events is not shown although its month was reported, nor a small
-- report although its month was counted: the difference would give it away, so that is not shown either. A month that
-- was to be reported and was not has no reported value.
create table published.reported_against_computed (
    programme_code text not null,
    indicator_code text not null,
    geography_code text not null,
    period_start date not null,
    threshold integer not null,
    reported_value numeric,
    computed_value numeric not null,
    actual_source text not null,
    phrase text,
    document text,
    primary key (programme_code, indicator_code, geography_code, period_start)
);
grant select, insert, delete on published.reported_against_computed to corridor_warehouse;

create view results.reported_against_computed as
with cells as (
    -- A cell with several targets stands in several lines.
    select
        programme_code,
        indicator_code,
        geography_code,
        period_start,
        min(cell_id) as cell_id,
        bool_or(coalesce(suppression, 'exempt') <> 'exempt') as is_hidden
    from results.indicator_results
    where
        geography_level = 'city'
        and period_precision = 'month'
        and dimension = 'total'
        and kind = 'actual'
        and basis = 'flow'
        and funder is null
        and project_code is null
    group by programme_code, indicator_code, geography_code, period_start
),

judged as (
    select
        c.programme_code,
        c.indicator_code,
        c.geography_code,
        c.period_start,
        c.reported_value,
        c.computed_value,
        c.actual_source,
        c.phrase,
        c.document,
        r.cell_id,
        coalesce(r.is_hidden, false) as is_hidden,
        c.computed_value > 0 and c.computed_value < c.threshold as is_computed_small,
        c.actual_source = 'computed' and coalesce(c.reported_value, 0) > 0 and c.reported_value < c.threshold
            as is_reported_small
    from published.reported_against_computed as c
    left join cells as r
        on
            c.programme_code = r.programme_code
            and c.indicator_code = r.indicator_code
            and c.geography_code = r.geography_code
            and c.period_start = r.period_start
)

select
    cell_id,
    programme_code,
    indicator_code,
    geography_code,
    period_start,
    case actual_source when 'reported' then 'reported' else 'computed from events' end as actual_source,
    case when not (is_hidden or is_reported_small) then reported_value end as reported,
    case when not (is_hidden or is_computed_small) then computed_value end as computed,
    case
        when not (is_hidden or is_computed_small or is_reported_small) then reported_value - computed_value
    end as difference,
    case
        when not (is_hidden or is_computed_small or is_reported_small)
            then round(100 * (reported_value - computed_value) / nullif(computed_value, 0), 1)
    end as difference_percent,
    -- The words of a document hold its number.
    case when not (is_hidden or is_reported_small) then phrase end as phrase,
    document,
    case
        when actual_source = 'reported' and reported_value is null
            then
                'This month is to be taken from a report, and none has come: its events are not counted. '
                || 'Ask the city for the report, or declare its events as the source.'
    end as note
from judged;
grant select on results.reported_against_computed to corridor_reader, bi_programme, bi_steering, bi_engineer;
