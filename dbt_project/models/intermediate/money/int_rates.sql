-- The rate of a currency and month: the reference series first; where it has none, what the programme itself set. Of
-- several of those the latest correction stands, else the first received, as for figures of documents.
with set_by_programme as (
    select
        *,
        {{ cast_or_null("month || '-01'", 'date') }} as month_start_of_rate,
        case when base_currency = 'USD' then quote_currency else base_currency end as currency
    from {{ ref('stg_events__rate_set') }}
    where 'USD' in (base_currency, quote_currency) and base_currency != quote_currency and rate > 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by programme_code, currency, month_start_of_rate
            order by
                (operation = 'correct') desc,
                case when operation = 'correct' then received_at end desc,
                received_at asc,
                event_id collate "C" asc
        ) as standing
    from set_by_programme
)

select
    p.programme_code,
    r.currency,
    r.month,
    r.rate_per_usd as units,
    1::numeric as dollars,
    'reference series' as origin,
    r.source as rate_source
from {{ ref('exchange_rates') }} as r
cross join {{ ref('programmes') }} as p
union all
select
    s.programme_code,
    s.currency,
    s.month_start_of_rate,
    case when s.base_currency = 'USD' then s.rate else 1 end,
    case when s.base_currency = 'USD' then 1 else s.rate end,
    'set by the programme',
    s.rate_source
from ranked as s
where
    s.standing = 1
    and s.month_start_of_rate is not null
    and not exists (
        select from {{ ref('exchange_rates') }} as r
        where s.currency = r.currency and s.month_start_of_rate = r.month
    )
