-- Nothing vanishes, and that is checked; a canary walks the whole way; refused events can be sent again.

-- What each gateway process answered for, in running totals of its own file: they survive kill -9 of the gateway.
create table ops.gateways (
    gateway text primary key,
    since timestamptz not null,
    heard_at timestamptz not null default clock_timestamp(),
    stopped_at timestamptz
);
comment on column ops.gateways.heard_at is 'When it last wrote its totals; every few seconds while it runs.';
create table ops.acknowledged (
    gateway text not null references ops.gateways,
    partner text not null,
    accepted bigint not null,
    rejected bigint not null,
    duplicates bigint not null,
    primary key (gateway, partner)
);
comment on column ops.acknowledged.duplicates is 'Answered from memory as known already, and never written to the log.';
grant select, insert, update on ops.gateways, ops.acknowledged to corridor_gateway;
grant select on ops.gateways, ops.acknowledged to corridor_loader;

-- What arrived in raw, by partner: running totals over the closed loads up to ops.reconciled.
create table ops.arrivals (
    partner text not null,
    way text not null check (way in ('gateway', 'intake')),
    landed bigint not null default 0,
    duplicates bigint not null default 0,
    written_twice bigint not null default 0,
    id_reused bigint not null default 0,
    refused bigint not null default 0,
    rejected bigint not null default 0,
    unanswered bigint not null default 0,
    primary key (partner, way)
);
comment on column ops.arrivals.written_twice is
'Of the duplicates: the same request once more, because the log did not answer in time for the first.';
comment on column ops.arrivals.refused is 'Refused by the loader or the log after the gateway had accepted them.';
comment on column ops.arrivals.unanswered is
'Stored without an answer that counts them: from before the counting, or the gateway died before it could answer.';

create table ops.reconciled (
    is_current boolean primary key default true check (is_current),
    load_id bigint not null default 0
);
insert into ops.reconciled default values;
create table ops.reconciled_offsets (
    topic text not null,
    kafka_partition integer not null,
    next_offset bigint not null,
    primary key (topic, kafka_partition)
);
comment on table ops.reconciled_offsets is 'Where the ranges of the loads up to ops.reconciled end.';

create table ops.reconciliations (
    reconciliation_id bigint generated always as identity primary key,
    scope text not null check (scope in ('new', 'all')),
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    after_load_id bigint not null,
    upto_load_id bigint not null,
    offsets_checked bigint not null default 0,
    rows_checked bigint not null default 0,
    waiting bigint,
    spooled bigint,
    new_differences integer not null default 0,
    open_differences integer not null default 0,
    problem text
);

create table ops.reconciliation_differences (
    difference_id bigint generated always as identity primary key,
    reconciliation_id bigint not null references ops.reconciliations,
    kind text not null check (
        kind in ('missing_rows', 'unexpected_rows', 'hole', 'stored_offset', 'expired', 'partner')
    ),
    place text not null,
    load_id bigint,
    topic text,
    kafka_partition integer,
    first_offset bigint,
    next_offset bigint,
    offsets bigint[] not null default '{}',
    partner text,
    expected bigint,
    found bigint,
    detail text not null,
    found_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    accepted_by text,
    accepted_because text
);
create unique index on ops.reconciliation_differences (kind, place) where resolved_at is null;
comment on column ops.reconciliation_differences.place is
'What the difference is about, such as topic/partition/load or a partner: one open row each.';
comment on column ops.reconciliation_differences.offsets is
'The offsets without a row, as far as they can be named; at most 1000.';
comment on column ops.reconciliation_differences.accepted_by is
'Who closed a difference that cannot be mended, such as events that retention had deleted; else null.';

grant select, insert, update on ops.arrivals, ops.reconciliations, ops.reconciliation_differences to corridor_loader;
grant select, update on ops.reconciled to corridor_loader;
grant select, insert, update on ops.reconciled_offsets to corridor_loader;
grant select on raw.load_offsets, raw.duplicate_events, raw.id_conflicts to corridor_loader;

create view ops.v_reconciliations as
select
    reconciliation_id,
    scope,
    started_at,
    finished_at,
    after_load_id,
    upto_load_id,
    offsets_checked,
    rows_checked,
    waiting,
    spooled,
    new_differences,
    open_differences,
    problem
from ops.reconciliations;
create view ops.v_reconciliation_differences as
select
    difference_id,
    kind,
    place,
    load_id,
    topic,
    kafka_partition,
    first_offset,
    next_offset,
    offsets,
    partner,
    expected,
    found,
    detail,
    found_at,
    seen_at,
    resolved_at,
    accepted_by,
    accepted_because
from ops.reconciliation_differences;
create view ops.v_arrivals as
with answered as (
    select
        partner,
        'gateway' as way,
        sum(accepted + rejected)::bigint as acknowledged,
        sum(duplicates)::bigint as answered_duplicates
    from ops.acknowledged
    group by partner
)

select
    a.partner,
    a.way,
    k.acknowledged,
    k.answered_duplicates,
    a.landed,
    a.duplicates,
    a.written_twice,
    a.id_reused,
    a.refused,
    a.rejected,
    a.unanswered
from ops.arrivals as a
left join answered as k on a.partner = k.partner and a.way = k.way;
grant select on ops.v_reconciliations, ops.v_reconciliation_differences, ops.v_arrivals to corridor_reader, bi_engineer;

-- One event a minute through the whole way; when it was seen where.
create table ops.canary (
    canary_id text primary key,
    sent_at timestamptz not null,
    accepted_at timestamptz,
    kafka_at timestamptz,
    live_at timestamptz,
    raw_at timestamptz,
    published_at timestamptz,
    kafka_partition integer,
    kafka_offset bigint,
    load_id bigint,
    late_at text,
    problem text
);
create index on ops.canary (sent_at);
comment on column ops.canary.late_at is 'The station that it did not reach in time, the first one on its way.';
grant select, insert, update, delete on ops.canary to corridor_loader;
grant usage on schema live to corridor_loader;
grant select on live.events_hourly to corridor_loader;
grant select on ops.v_publication_watermark to corridor_loader;

create view ops.v_canary as
select
    canary_id,
    sent_at,
    extract(epoch from accepted_at - sent_at) as accepted_seconds,
    extract(epoch from kafka_at - sent_at) as kafka_seconds,
    extract(epoch from live_at - sent_at) as live_seconds,
    extract(epoch from raw_at - sent_at) as raw_seconds,
    extract(epoch from published_at - sent_at) as published_seconds,
    late_at,
    problem
from ops.canary;
comment on view ops.v_canary is 'Seconds from sending a canary to each station; empty where it was not seen.';
grant select on ops.v_canary to corridor_reader, bi_engineer;

-- Loads that brought nothing for results must not start a build, and yet readers may know that they were looked at.
create function ops.brings_news(after_load_id bigint, upto_load_id bigint) returns boolean
language sql stable security definer set search_path = ops, pg_temp as $$
    select
        exists (
            select from raw.events
            where load_id > after_load_id and load_id <= upto_load_id and programme <> 'OPS'
        )
        or exists (
            select from raw.id_conflicts
            where load_id > after_load_id and load_id <= upto_load_id and programme <> 'OPS'
        )
$$;
comment on function ops.brings_news is
'True if the loads behind after_load_id hold anything for results: not canaries, and not what was refused.';

create function ops.pass_over_loads() returns bigint
language plpgsql security definer set search_path = ops, pg_temp as $$
declare
    shown record;
    newest record;
    built record;
begin
    -- The lock of a build (reporting/publications/builds.py): while one runs, it decides what readers see.
    if not pg_try_advisory_xact_lock(7310002) then
        return null;
    end if;
    select watermark_load_id, held into shown from ops.current_publication;
    select load_id, finished_at into newest from raw.loads
    where finished_at is not null order by load_id desc limit 1;
    select build_id, upto_load_id into built from ops.builds
    where state in ('published', 'unchanged', 'withheld') order by build_id desc limit 1;
    if shown.held or newest is null or built is null
        or built.upto_load_id <> shown.watermark_load_id
        or newest.load_id <= shown.watermark_load_id
        or exists (select from ops.builds where state = 'failed' and build_id > built.build_id)
        or ops.brings_news(shown.watermark_load_id, newest.load_id)
    then
        return null;
    end if;
    update ops.current_publication set watermark_load_id = newest.load_id, watermark_at = newest.finished_at;
    update ops.builds set upto_load_id = newest.load_id where build_id = built.build_id;
    return newest.load_id;
end
$$;
comment on function ops.pass_over_loads is
'Moves the watermark over closed loads that hold only canaries, if the last build covers everything before them; '
'returns the new watermark, or null where it stays. The build is noted as reaching as far: nothing for it came.';
revoke all on function ops.pass_over_loads() from public;
revoke all on function ops.brings_news(bigint, bigint) from public;
grant execute on function ops.pass_over_loads() to corridor_loader, corridor_warehouse;
grant execute on function ops.brings_news(bigint, bigint) to corridor_loader;

-- What became of refused events that were sent again. Of a patch only the places, never a value.
create table ops.reject_replays (
    replay_id bigint generated always as identity primary key,
    rejection_id bigint not null,
    replayed_at timestamptz not null default clock_timestamp(),
    replayed_by text not null,
    reason text not null check (length(btrim(reason)) >= 5),
    patched text[] not null default '{}',
    outcome text not null check (outcome in ('sending', 'sent', 'known', 'refused')),
    code text,
    pointer text,
    partner text,
    way text not null default 'gateway',
    source text,
    event_id text,
    topic text,
    kafka_partition integer,
    kafka_offset bigint
);
create index on ops.reject_replays (rejection_id);
create unique index on ops.reject_replays (rejection_id) where outcome in ('sending', 'sent');
create index on ops.reject_replays (partner) where outcome = 'sent';
comment on column ops.reject_replays.outcome is
'sending: began, and it is not known whether the log has it; sent: in the accepted topic at the place named here; '
'known: the same event was there already; refused: still not acceptable, see code and pointer.';
grant select on ops.reject_replays to corridor_loader;
create view ops.v_reject_replays as
select
    replay_id,
    rejection_id,
    replayed_at,
    replayed_by,
    reason,
    patched,
    outcome,
    code,
    pointer,
    partner,
    topic,
    kafka_partition,
    kafka_offset
from ops.reject_replays;
grant select on ops.v_reject_replays to corridor_reader, bi_engineer;
