-- What a partner sees of its own data: counts of the last weeks, never an event's content.
create view ops.v_partner_weeks as
select
    partner,
    programme,
    city,
    date_trunc('week', received_at at time zone 'UTC')::date as week_start,
    'accepted' as outcome,
    null as code,
    count(*) as events,
    max(received_at) as last_received_at,
    percentile_cont(0.5) within group (
        order by greatest(extract(epoch from received_at - occurred_at), 0)
    ) / 86400 as median_days_late
from raw.events
where loaded_at >= now() - interval '13 weeks'
group by partner, programme, city, date_trunc('week', received_at at time zone 'UTC')
union all
select
    partner,
    programme,
    city,
    date_trunc('week', received_at at time zone 'UTC')::date as week_start,
    'rejected' as outcome,
    code,
    count(*) as events,
    max(received_at) as last_received_at,
    null as median_days_late
from raw.rejected_events
where loaded_at >= now() - interval '13 weeks'
group by partner, programme, city, date_trunc('week', received_at at time zone 'UTC'), code;

-- The steps by which a city's period is submitted, returned and validated, in the order in which they were received.
create view ops.v_period_steps as
select
    programme,
    city,
    type,
    subject,
    source,
    id,
    record_version,
    received_at,
    (data -> 'period' ->> 'start')::date as period_start,
    (data -> 'period' ->> 'end')::date as period_end,
    data ->> 'as_of' as as_of,
    data ->> 'comment' as comment,
    data ->> 'text' as narrative,
    data ->> 'language' as language
from raw.events
where
    type in ('report.submitted.v1', 'report.returned.v1', 'report.validated.v1', 'narrative.submitted.v1')
    and operation <> 'void';

grant select on ops.v_partner_weeks, ops.v_period_steps to corridor_gateway;
grant usage on schema results to corridor_gateway;
grant select on results.v_readable_results to corridor_gateway;
grant select on ops.v_publication_watermark to corridor_gateway;
