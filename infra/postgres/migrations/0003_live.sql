-- What streaming counts as received: provisional, deduplicated by id, without corrections.
create table live.events_hourly (
    programme text not null,
    city text not null,
    type text not null,
    hour_start timestamptz not null,
    kafka_partition integer not null,
    events bigint not null,
    late_events bigint not null,
    last_received_at timestamptz not null,
    last_offset bigint not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (programme, city, type, hour_start, kafka_partition)
);
comment on table live.events_hourly is
'Provisional: events as received per programme, city, type and hour of event time. Absolute values, replaced as '
'more arrive; a row per Kafka partition, because each member of the group counts its own.';
comment on column live.events_hourly.late_events is
'How many of `events` were received more than the grace after their hour had ended.';
comment on column live.events_hourly.last_offset is
'Offset of the last event counted; a value never goes back to an earlier one.';

-- Hour cells under the small-cell rule: a count of 1 to 4 is not shown to readers.
create view live.v_events_hourly as
select
    programme,
    city,
    type,
    hour_start,
    case when sum(events) between 1 and 4 then null else sum(events)::bigint end as events,
    sum(events) between 1 and 4 as is_hidden,
    max(last_received_at) as last_received_at,
    max(updated_at) as updated_at
from live.events_hourly
group by programme, city, type, hour_start;
