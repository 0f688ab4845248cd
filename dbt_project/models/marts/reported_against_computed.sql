-- What cities report for a month beside what their events give: one of the two is published, both are shown here. A
-- month that was to be reported and has nothing but events stands here without a report: nothing is published for it.
with reports as (
    select distinct on (programme_code, indicator_code, city, month_start) *
    from {{ ref('int_reported_months') }}
    order by programme_code, indicator_code, city, month_start, precedence desc, event_id collate "C" desc
),

-- Events beside which a report is declared: they are in no sum.
beside as (
    select distinct on (e.programme_code, e.indicator_code, e.city, e.month_start, e.counted_key)
        e.programme_code, e.indicator_code, e.city, e.month_start, e.amount
    from {{ ref('actual_sources') }} as d
    inner join {{ ref('int_indicator_events') }} as e
        on
            d.programme_code = e.programme_code
            and d.indicator_code = e.indicator_code
            and d.place_code = e.city
            and e.month_start between d.valid_from and coalesce(d.valid_to, 'infinity')
    where d.actual_source = 'reported' and e.actual_source = 'computed'
    order by
        e.programme_code, e.indicator_code, e.city, e.month_start, e.counted_key, e.occurred_at desc,
        e.received_at desc, e.event_id collate "C" desc
),

events as (
    select programme_code, indicator_code, city, month_start, sum(amount) as amount
    from beside
    group by programme_code, indicator_code, city, month_start
),

compared as (
    select
        r.amount as reported,
        e.amount as beside,
        r.phrase,
        r.document,
        coalesce(r.programme_code, e.programme_code) as programme_code,
        coalesce(r.indicator_code, e.indicator_code) as indicator_code,
        coalesce(r.city, e.city) as city,
        coalesce(r.month_start, e.month_start) as month_start
    from reports as r
    full join events as e
        on
            r.programme_code = e.programme_code
            and r.indicator_code = e.indicator_code
            and r.city = e.city
            and r.month_start = e.month_start
)

select
    c.programme_code,
    c.indicator_code,
    c.city as geography_code,
    c.month_start as period_start,
    i.threshold,
    c.reported as reported_value,
    coalesce(case d.actual_source when 'reported' then c.beside else s.amount end, 0) as computed_value,
    coalesce(d.actual_source, p.actual_source) as actual_source,
    c.phrase,
    c.document
from compared as c
inner join {{ ref('dim_indicators') }} as i on c.indicator_code = i.indicator_code
inner join {{ ref('programmes') }} as p on c.programme_code = p.programme_code
left join {{ ref('actual_sources') }} as d
    on
        c.programme_code = d.programme_code
        and c.indicator_code = d.indicator_code
        and c.city = d.place_code
        and c.month_start between d.valid_from and coalesce(d.valid_to, 'infinity')
left join {{ ref('int_city_sums') }} as s
    on
        c.programme_code = s.programme_code
        and c.indicator_code = s.indicator_code
        and c.city = s.city
        and c.month_start = s.period_start
        and s.period_precision = 'month'
        and s.dimension = 'total'
        and s.funder is null
        and s.counted > 0
