create table ops.api_keys (
    key_id text primary key,
    key_hash bytea not null unique,
    programme text not null,
    partner text not null,
    source_prefix text not null,
    cities text[],
    types text[],
    label text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);
comment on column ops.api_keys.cities is 'Cities the key may write; null = every city and place of the programme.';
comment on column ops.api_keys.types is 'Event types the key may write; null = every type.';

create table ops.audits (
    audit_id bigint generated always as identity primary key,
    subject text not null check (subject in ('landing', 'candidate')),
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    passed boolean,
    load_id bigint
);

create table ops.audit_results (
    audit_id bigint not null references ops.audits,
    suite text not null,
    expectation text not null,
    severity text not null check (severity in ('critical', 'warning')),
    success boolean not null,
    sentence text not null,
    programme text,
    city text,
    observed jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp()
);
create index on ops.audit_results (audit_id);

-- Up to which load the landing of a city is let into the facts; no row = let in.
create table ops.city_gate (
    programme text not null,
    city text not null,
    state text not null check (state in ('open', 'held')),
    admitted_to_load bigint,
    reason text not null default '',
    updated_at timestamptz not null default clock_timestamp(),
    primary key (programme, city)
);

create table ops.publications (
    publication_id bigint generated always as identity primary key,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null,
    as_of timestamptz not null,
    as_of_load_id bigint not null,
    revision text not null,
    dbt_invocation_id text not null,
    audit_id bigint references ops.audits,
    cells_total bigint not null,
    cells_added bigint not null,
    cells_changed bigint not null,
    cells_removed bigint not null
);

-- One row: what readers see, and up to which load the facts behind it were checked.
create table ops.current_publication (
    is_current boolean primary key default true check (is_current),
    publication_id bigint references ops.publications,
    watermark_load_id bigint not null default 0,
    watermark_at timestamptz,
    held boolean not null default false,
    held_reason text not null default '',
    held_by text,
    held_at timestamptz
);
insert into ops.current_publication default values;

create table ops.publication_log (
    happened_at timestamptz not null default clock_timestamp(),
    action text not null check (action in ('publish', 'withhold', 'restore', 'hold', 'resume')),
    publication_id bigint,
    by_whom text not null,
    reason text not null default ''
);

-- One row a run of build_results: how far it read, by which rules, how it ended, where its seconds went.
create table ops.builds (
    build_id bigint generated always as identity primary key,
    run_id text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    state text not null default 'running'
    check (state in ('running', 'published', 'unchanged', 'withheld', 'refused', 'failed')),
    upto_load_id bigint not null,
    rules_hash text not null,
    landing_audit_id bigint references ops.audits,
    candidate_audit_id bigint references ops.audits,
    dbt_invocation_id text,
    publication_id bigint references ops.publications,
    seconds jsonb not null default '{}',
    problem text
);
create index on ops.builds (upto_load_id);
comment on column ops.builds.rules_hash is
'Fingerprint of models, seeds and macros; another one means recompute everything.';

create table ops.dbt_results (
    dbt_invocation_id text not null,
    unique_id text not null,
    resource_type text not null,
    status text not null,
    seconds double precision not null,
    rows_affected bigint,
    message text,
    created_at timestamptz not null default clock_timestamp(),
    primary key (dbt_invocation_id, unique_id)
);
