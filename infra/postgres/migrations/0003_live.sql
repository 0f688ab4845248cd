-- What streaming counts as received: provisional, deduplicated by id, without corrections.
create table live.events_hourly (
    programme text not null,
    city text not null,
    type text not null,
    hour_start timestamptz not null,
    events bigint not null,
    late_events bigint not null default 0,
    last_received_at timestamptz not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (programme, city, type, hour_start)
);
comment on table live.events_hourly is
'Provisional: events as received per programme, city, type and hour of event time; absolute values, replaced as more arrive.';

-- Hour cells under the small-cell rule: a count of 1 to 4 is not shown to readers.
create view live.v_events_hourly as
select
    programme,
    city,
    type,
    hour_start,
    case when events between 1 and 4 then null else events end as events,
    events between 1 and 4 as is_hidden,
    last_received_at,
    updated_at
from live.events_hourly;
