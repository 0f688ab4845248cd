-- Money in US dollars by the monthly rate of its occurrence; the original amount stays beside it. `units` of the
-- currency are worth `dollars`, so that a rate in either direction is exact.
with priced as (
    select
        a.*,
        case when a.currency = 'USD' then 1 else r.units end::numeric as units,
        case when a.currency = 'USD' then 1 else r.dollars end::numeric as dollars,
        case when a.currency != 'USD' then r.rate_source end as rate_source
    from {{ ref('int_amounts') }} as a
    left join {{ ref('int_rates') }} as r
        on a.programme_code = r.programme_code and a.currency = r.currency and a.month_start = r.month
)

select
    *,
    {{ divide_half_even('(amount * dollars)', 'units') }} as amount_usd,
    units is null as is_rate_missing
from priced
