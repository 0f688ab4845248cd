-- Money in US dollars by the monthly rate of its occurrence; the original amount stays beside it.
with priced as (
    select
        f.*,
        case when f.currency = 'USD' then 1 else r.rate_per_usd end::numeric as rate_per_usd
    from {{ ref('stg_events__funding_committed') }} as f
    left join {{ ref('exchange_rates') }} as r on f.currency = r.currency and f.month_start = r.month
)

select
    *,
    {{ divide_half_even('amount', 'rate_per_usd') }} as amount_usd,
    rate_per_usd is null as is_rate_missing
from priced
