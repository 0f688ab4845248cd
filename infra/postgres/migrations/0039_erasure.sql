-- Erasure on request: what was done is kept, for whom is not (docs/decisions/0016-erasure-by-surrogate.md).
create table ops.erasures (
    erasure_id bigint generated always as identity primary key,
    origin text not null check (origin in ('request', 'withdrawal', 'late')),
    subject_kind text not null check (subject_kind in ('person', 'household')),
    programme text not null,
    city text,
    areas text[],
    reason text not null check (length(btrim(reason)) >= 5),
    asked_by text not null,
    begun_at timestamptz not null default clock_timestamp(),
    events bigint not null default 0,
    conflicts bigint not null default 0,
    links bigint not null default 0,
    archived_events bigint not null default 0,
    records bigint not null default 0,
    log_forgets_at timestamptz not null,
    stores_done_at timestamptz,
    finished_at timestamptz
);
comment on column ops.erasures.origin is
'request: an officer asked; withdrawal: an event consent.withdrawn; late: events of before an erasure that came later.';
comment on column ops.erasures.city is 'Only events of this city; null = of the whole programme.';
comment on column ops.erasures.areas is 'Only event types of these areas; null = all.';
comment on column ops.erasures.log_forgets_at is 'From then on no topic holds what was received before the erasure.';
comment on column ops.erasures.finished_at is 'When a build had made all that follows from the events anew.';

-- The one place that links a token and its surrogate, until all stores are done; then its rows go.
create table ops.erasures_under_way (
    token text primary key,
    surrogate text not null,
    erasure_id bigint not null references ops.erasures,
    programme text not null,
    city text,
    types text[],
    received_until timestamptz not null,
    occurred_until timestamptz not null
);
comment on column ops.erasures_under_way.types is 'Event types without their version; null = all.';

-- What came too late or comes back from a backup must be known again: a keyed hash, whose key is not in the database.
create table ops.erased_subjects (
    digest bytea not null,
    programme text not null,
    city text,
    types text[],
    occurred_until timestamptz not null,
    kept_since timestamptz not null default clock_timestamp()
);
create index on ops.erased_subjects (digest);

create table ops.erasure_mark (
    is_current boolean primary key default true check (is_current),
    upto_load_id bigint not null default 0
);
insert into ops.erasure_mark default values;
comment on table ops.erasure_mark is
'Up to which load events were looked through for subjects that were erased before.';

create table ops.rewritten_records (record_key uuid primary key);
comment on table ops.rewritten_records is
'Records whose events were changed by an erasure: the next build counts them anew.';

grant select, insert, update, delete on ops.erasures, ops.rewritten_records, ops.erasures_under_way
to corridor_warehouse;

create view ops.v_erasures as
select
    erasure_id,
    origin,
    subject_kind,
    programme,
    city,
    areas,
    asked_by,
    begun_at,
    events + conflicts + archived_events as events_changed,
    log_forgets_at,
    finished_at
from ops.erasures;
comment on view ops.v_erasures is
'Erasures that were asked for, and whether they are finished. Nobody can be found by it.';
grant select on ops.v_erasures to bi_engineer;
