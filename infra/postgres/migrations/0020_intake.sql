-- Partners whose own Kafka producers write to an intake topic. Passwords stand in Kafka alone, salted and hashed.
create table ops.intake_partners (
    partner text primary key,
    programme text not null,
    source_prefix text not null,
    cities text[],
    types text[],
    topic text not null unique,
    kafka_user text not null unique,
    created_at timestamptz not null default clock_timestamp(),
    password_set_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);
comment on column ops.intake_partners.cities is 'Cities the partner may write; null = every city and place.';
comment on column ops.intake_partners.types is 'Event types the partner may write; null = every type.';
comment on column ops.intake_partners.revoked_at is 'What was written until then is still taken over.';

-- One row a partition, written by the stream every ten seconds: how far it is, and what waits.
create table ops.intake_progress (
    topic text not null,
    kafka_partition integer not null,
    partner text not null,
    emptied_to bigint not null,
    taken_to bigint not null,
    written_to bigint not null,
    oldest_waiting_at timestamptz,
    last_taken_at timestamptz,
    kept interval not null,
    measured_at timestamptz not null default clock_timestamp(),
    primary key (topic, kafka_partition)
);
comment on column ops.intake_progress.emptied_to is 'Whatever lies before this offset can be read by nobody.';
comment on column ops.intake_progress.taken_to is
'Offset up to which all has been routed to the accepted or the rejected topic.';
comment on column ops.intake_progress.kept is 'The retention of the topic: what waits for longer is lost.';
comment on column ops.intake_progress.last_taken_at is 'When the broker received the last record that was routed.';

grant usage on schema ops to corridor_streaming;
grant select on ops.intake_partners to corridor_streaming, corridor_gateway;
grant select, insert, update on ops.intake_progress to corridor_streaming;

-- The heartbeat of each partner that has a producer, and the lag of the stream.
create view ops.v_intake as
with summed as (
    select
        topic,
        sum(written_to - taken_to)::bigint as waiting,
        min(oldest_waiting_at) as oldest_waiting_at,
        max(last_taken_at) as last_taken_at,
        min(kept) as kept,
        min(measured_at) as measured_at
    from ops.intake_progress
    group by topic
)

select
    i.partner,
    i.programme,
    i.topic,
    i.revoked_at,
    coalesce(s.waiting, 0) as waiting,
    s.oldest_waiting_at,
    s.last_taken_at,
    s.measured_at,
    case
        when coalesce(s.measured_at, i.created_at) < now() - interval '2 minutes' then 'silent'
        when s.oldest_waiting_at < now() - s.kept / 7 then 'alarm'
        when s.oldest_waiting_at < now() - interval '5 minutes' then 'late'
        else 'ok'
    end as state
from ops.intake_partners as i left join summed as s on i.topic = s.topic;
comment on column ops.v_intake.state is
'alarm: the oldest event has waited for a seventh of the time after which it is lost. silent: nobody measures.';
comment on view ops.v_intake is 'waiting counts offsets, with the few that hold no event.';
grant select on ops.v_intake to corridor_streaming, corridor_reader, bi_engineer;

-- Where a refused event of a producer lay in its intake topic: <topic>/<partition>/<offset>.
alter table raw.rejected_events add column intake_place text;
