-- Surge signals, and who is told of them. Provisional, as received; every count is at least the minimum of the rule.
create table live.surge_signals (
    signal_id text primary key,
    programme text not null,
    city text not null,
    series text not null,
    state text not null check (state in ('open', 'closed')),
    since timestamptz not null,
    opened_hour timestamptz not null,
    closed_hour timestamptz,
    window_start timestamptz not null,
    window_end timestamptz not null,
    seen bigint not null check (seen >= 10),
    expected bigint not null,
    expected_is_at_most boolean not null,
    ratio double precision not null,
    deviations double precision not null,
    threshold double precision not null,
    method text not null,
    reason text,
    is_simulated boolean not null,
    sentences jsonb not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    updated_at timestamptz not null default clock_timestamp(),
    check ((state = 'closed') = (closed_hour is not null))
);
create index on live.surge_signals (programme, city, opened_hour);
comment on table live.surge_signals is
'Hours in which a city counted far more than in the same hours of past weeks: one row a signal, open or closed. The '
'numbers are of the window that was furthest above its past.';
comment on column live.surge_signals.expected is
'Median of the same hours of past weeks; with expected_is_at_most, the median is below this, the minimum count.';
comment on column live.surge_signals.opened_at is 'When it could be said first: end of the hour and its grace.';

create view live.v_surge_signals as
select
    signal_id,
    programme,
    city,
    series,
    state,
    since,
    opened_hour,
    closed_hour,
    window_start,
    window_end,
    seen,
    expected,
    expected_is_at_most,
    ratio,
    reason,
    is_simulated,
    method,
    sentences ->> 'en' as sentence,
    sentences ->> 'fr' as sentence_fr,
    sentences ->> 'es' as sentence_es,
    sentences ->> 'ar' as sentence_ar,
    opened_at,
    closed_at,
    updated_at
from live.surge_signals;

-- A subscriber's secret is encrypted with the stack's secret webhook_key, as those of partners are.
create table ops.signal_subscribers (
    subscriber_id text primary key,
    url text not null,
    sealed_secret bytea not null,
    programme text not null,
    cities text[],
    series text[],
    label text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    ended_why text
);
comment on column ops.signal_subscribers.cities is 'Only of these; null: of every city of the programme.';

create table ops.signal_deliveries (
    delivery_id text primary key,
    subscriber_id text not null references ops.signal_subscribers,
    event_id text not null,
    body text not null,
    status text not null default 'waiting' check (status in ('waiting', 'delivered', 'given_up')),
    attempts integer not null default 0,
    next_attempt_at timestamptz default clock_timestamp(),
    last_answer text,
    created_at timestamptz not null default clock_timestamp(),
    delivered_at timestamptz,
    unique (subscriber_id, event_id),
    check ((status = 'waiting') = (next_attempt_at is not null))
);
create index on ops.signal_deliveries (next_attempt_at) where status = 'waiting';
comment on column ops.signal_deliveries.delivery_id is
'The header webhook-id: the same in every attempt, so that a receiver knows a repetition.';

create view ops.v_signal_deliveries as
select
    d.delivery_id,
    d.subscriber_id,
    s.label,
    s.programme,
    d.event_id,
    d.status,
    d.attempts,
    d.next_attempt_at,
    d.last_answer,
    d.created_at,
    d.delivered_at
from ops.signal_deliveries as d
inner join ops.signal_subscribers as s on d.subscriber_id = s.subscriber_id;

grant usage on schema ops to corridor_streaming;
grant select, insert, update on live.surge_signals to corridor_streaming;
grant select on ops.signal_subscribers to corridor_streaming;
grant update (ended_at, ended_why) on ops.signal_subscribers to corridor_streaming;
grant select, insert, update on ops.signal_deliveries to corridor_streaming;
grant select on live.v_surge_signals to corridor_reader, bi_programme, bi_steering, bi_engineer;
grant select on ops.v_signal_deliveries to bi_engineer;
revoke all on ops.signal_subscribers, ops.signal_deliveries from corridor_warehouse;
