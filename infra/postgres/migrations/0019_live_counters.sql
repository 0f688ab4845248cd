-- Live counters: contacts beside events, minutes for engineers, who sent when, how far it is, and what raw says to it.

-- They are counted anew, with everything that the log still holds.
truncate live.events_hourly;
alter table live.events_hourly add column contacts bigint not null default 0;
comment on column live.events_hourly.contacts is
'How many of `events` are a contact with one person, such as an advisory session or a visit to a clinic.';

create table live.events_minutely (
    minute_start timestamptz not null,
    programme text not null,
    city text not null,
    type text not null,
    kafka_partition integer not null,
    events bigint not null,
    contacts bigint not null,
    last_received_at timestamptz not null,
    last_offset bigint not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (minute_start, programme, city, type, kafka_partition)
);
comment on table live.events_minutely is
'Provisional: events as received per minute of event time, of the last 48 hours, if their time is known to the second. '
'For engineers only: cells of a minute are small.';

create table live.partner_heartbeat (
    partner text not null,
    programme text not null,
    bucket_start timestamptz not null,
    kafka_partition integer not null,
    records bigint not null,
    last_received_at timestamptz not null,
    last_offset bigint not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (partner, programme, bucket_start, kafka_partition)
);
comment on table live.partner_heartbeat is
'Accepted records per partner and five minutes of receipt, of the last 48 hours; corrections and repetitions included.';

create table live.partners (
    partner text not null,
    programme text not null,
    kafka_partition integer not null,
    last_received_at timestamptz not null,
    primary key (partner, programme, kafka_partition)
);
comment on table live.partners is 'When each partner was last heard of, however long ago.';

create table live.progress (
    kafka_partition integer primary key,
    next_offset bigint not null,
    end_offset bigint not null,
    last_received_at timestamptz,
    updated_at timestamptz not null default clock_timestamp()
);
comment on table live.progress is
'Everything before next_offset is counted. end_offset: where the log ended when the stream last read of it.';

-- A count of people is small below 5, below 10 where it is about health or money. A type that is not listed counts as
-- the latter: the stream lists the types of the contracts when it starts.
create table live.event_types (
    type text primary key,
    counts_contacts boolean not null,
    small_below integer not null
);

create or replace view live.v_events_hourly as
select
    h.programme,
    h.city,
    h.type,
    h.hour_start,
    case when sum(h.events) < coalesce(t.small_below, 10) then null else sum(h.events)::bigint end as events,
    sum(h.events) < coalesce(t.small_below, 10) as is_hidden,
    max(h.last_received_at) as last_received_at,
    max(h.updated_at) as updated_at,
    case when sum(h.events) < coalesce(t.small_below, 10) then null else sum(h.contacts)::bigint end as contacts,
    'provisional: as received, without corrections' as standing
from live.events_hourly as h
left join live.event_types as t on h.type = t.type
group by h.programme, h.city, h.type, h.hour_start, t.small_below;

create view live.v_partner_heartbeat as
with recent as (
    select
        partner,
        programme,
        sum(records) filter (where bucket_start > now() - interval '1 hour')::bigint as last_hour,
        sum(records)::bigint as last_day
    from live.partner_heartbeat
    where bucket_start > now() - interval '1 day'
    group by partner, programme
)

select
    p.partner,
    p.programme,
    max(p.last_received_at) as last_received_at,
    now() - max(p.last_received_at) as silent_for,
    coalesce(max(r.last_hour), 0) as records_last_hour,
    coalesce(max(r.last_day), 0) as records_last_day
from live.partners as p
left join recent as r on p.partner = r.partner and p.programme = r.programme
group by p.partner, p.programme;

create view live.v_stream_lag as
select
    sum(end_offset - next_offset)::bigint as records_waiting,
    max(last_received_at) as last_received_at,
    max(updated_at) as written_at,
    -- Of the partition that is behind most: how old its last event was when it was counted.
    max(updated_at - last_received_at) filter (where updated_at > now() - interval '10 minutes') as lag
from live.progress;
comment on view live.v_stream_lag is
'As the stream last wrote it. A canary event comes every minute: written_at much older than that means that it stands.';

-- What raw says to the same cells, as of the last comparison; only cells that differ are kept.
create table live.reconciliations (
    reconciliation_id bigint generated always as identity primary key,
    compared_at timestamptz not null default clock_timestamp(),
    partitions integer not null,
    waiting_for_loads integer not null,
    cells bigint not null,
    cells_differing bigint not null,
    live_events bigint not null,
    raw_events bigint not null
);
comment on column live.reconciliations.waiting_for_loads is
'Partitions of which less has been loaded than counted: they are compared next time.';

create table live.reconciliation_cells (
    reconciliation_id bigint not null references live.reconciliations on delete cascade,
    programme text not null,
    city text not null,
    type text not null,
    hour_start timestamptz not null,
    kafka_partition integer not null,
    live_events bigint not null,
    raw_events bigint not null,
    primary key (reconciliation_id, programme, city, type, hour_start, kafka_partition)
);

create view ops.v_live_reconciliation as
select
    r.compared_at,
    c.programme,
    c.city,
    c.type,
    c.hour_start,
    c.kafka_partition,
    c.live_events,
    c.raw_events,
    c.live_events - c.raw_events as difference
from live.reconciliation_cells as c
inner join live.reconciliations as r on c.reconciliation_id = r.reconciliation_id
where r.reconciliation_id = (select max(last.reconciliation_id) from live.reconciliations as last);
comment on view ops.v_live_reconciliation is
'Cells of the live counters that differ from raw by the same rule, at the last comparison. For engineers: no cell is '
'hidden here.';

create view ops.v_live_reconciliations as
select
    reconciliation_id,
    compared_at,
    partitions,
    waiting_for_loads,
    cells,
    cells_differing,
    live_events,
    raw_events,
    live_events - raw_events as difference
from live.reconciliations;

grant select, insert, update, delete on
live.events_minutely, live.partner_heartbeat, live.partners, live.progress, live.event_types, live.reconciliations,
live.reconciliation_cells to corridor_streaming;
-- Attributes only: never the data of an event.
grant usage on schema raw to corridor_streaming;
grant select (programme, city, type, operation, occurred_at, topic, kafka_partition, kafka_offset)
on raw.events to corridor_streaming;
grant select on raw.load_offsets to corridor_streaming;
do $$
begin
    execute format('grant temporary on database %I to corridor_streaming', current_database());
end
$$;

grant select on live.v_partner_heartbeat, live.v_stream_lag to corridor_reader, bi_programme, bi_engineer;
grant select on live.events_minutely to bi_engineer;
grant select on ops.v_live_reconciliation, ops.v_live_reconciliations to bi_engineer;
grant select on ops.v_live_reconciliations to corridor_reader;
