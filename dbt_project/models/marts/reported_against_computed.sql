-- What cities report for a month beside what their events give: one of the two is published, both are shown here.
with reports as (
    select distinct on (programme_code, indicator_code, city, month_start) *
    from {{ ref('int_reported_months') }}
    order by
        programme_code, indicator_code, city, month_start, occurred_at desc, received_at desc,
        event_id collate "C" desc
),

counted as (
    select distinct on (e.programme_code, e.indicator_code, e.city, e.month_start, e.counted_key)
        e.programme_code, e.indicator_code, e.city, e.month_start, e.amount
    from reports as r
    inner join {{ ref('int_indicator_events') }} as e
        on
            r.programme_code = e.programme_code
            and r.indicator_code = e.indicator_code
            and r.city = e.city
            and r.month_start = e.month_start
    where e.actual_source = 'computed'
    order by
        e.programme_code, e.indicator_code, e.city, e.month_start, e.counted_key, e.occurred_at desc,
        e.received_at desc, e.event_id collate "C" desc
),

computed as (
    select programme_code, indicator_code, city, month_start, sum(amount) as amount
    from counted
    group by programme_code, indicator_code, city, month_start
)

select
    r.programme_code,
    r.indicator_code,
    r.city as geography_code,
    r.month_start as period_start,
    i.threshold,
    r.amount as reported_value,
    coalesce(c.amount, 0) as computed_value,
    coalesce(d.actual_source, p.actual_source) as actual_source,
    r.phrase,
    r.document
from reports as r
inner join {{ ref('dim_indicators') }} as i on r.indicator_code = i.indicator_code
inner join {{ ref('programmes') }} as p on r.programme_code = p.programme_code
left join {{ ref('actual_sources') }} as d
    on
        r.programme_code = d.programme_code
        and r.indicator_code = d.indicator_code
        and r.city = d.place_code
        and r.month_start between d.valid_from and coalesce(d.valid_to, 'infinity')
left join computed as c
    on
        r.programme_code = c.programme_code
        and r.indicator_code = c.indicator_code
        and r.city = c.city
        and r.month_start = c.month_start
