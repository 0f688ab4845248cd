-- What was received. raw.events is append-only; identity lives in a slim ledger because a partitioned
-- table cannot hold a key that leaves out its partition column.
create table raw.loads (
    load_id bigint generated always as identity primary key,
    run_id text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    announced_by bigint references raw.loads
);
comment on column raw.loads.finished_at is
'From then on nothing lands under this load any more: readers may take it as complete.';
comment on column raw.loads.announced_by is
'The load whose end told readers of this one; another than itself if this one was cut off.';

create table raw.load_ranges (
    load_id bigint not null references raw.loads,
    topic text not null,
    kafka_partition integer not null,
    first_offset bigint not null,
    next_offset bigint not null,
    rows_landed bigint not null,
    duplicates bigint not null,
    id_reused bigint not null,
    refused bigint not null,
    gaps bigint not null,
    expired bigint not null,
    is_reread boolean not null,
    loaded_at timestamptz not null default clock_timestamp(),
    primary key (load_id, topic, kafka_partition, first_offset),
    -- Nothing vanishes: every offset of the range is accounted for, or the batch does not land.
    check (next_offset - first_offset = rows_landed + duplicates + id_reused + refused + gaps + expired)
);
create index on raw.load_ranges (topic, kafka_partition, first_offset);
comment on column raw.load_ranges.gaps is 'Offsets that hold no record: transaction markers and aborted records.';
comment on column raw.load_ranges.expired is 'Offsets that retention had deleted before they were loaded.';
comment on column raw.load_ranges.is_reread is 'True if the range was read again on purpose; it moved no offset.';

create table raw.load_offsets (
    topic text not null,
    kafka_partition integer not null,
    next_offset bigint not null,
    epoch bigint not null default 0,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (topic, kafka_partition)
);

create table raw.event_identities (
    source text not null,
    id text not null,
    content_hash bytea not null,
    load_id bigint not null,
    primary key (source, id)
);

create table raw.events (
    source text not null,
    id text not null,
    type text not null,
    subject text not null,
    programme text not null,
    city text,
    operation text not null check (operation in ('create', 'correct', 'void')),
    record_version bigint not null,
    time_precision text not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    loaded_at timestamptz not null default now(),
    partner text not null,
    content_hash bytea not null,
    data jsonb not null,
    topic text not null,
    kafka_partition integer not null,
    kafka_offset bigint not null,
    load_id bigint not null
) partition by range (loaded_at);
create index on raw.events (load_id);
create index on raw.events (type, programme);
create index on raw.events (source, id);

-- The same id with other content: kept apart for review, never dropped, never counted.
create table raw.id_conflicts (
    like raw.events including defaults,
    first_content_hash bytea not null,
    unique (topic, kafka_partition, kafka_offset)
);
create index on raw.id_conflicts (load_id);

create table raw.rejected_events (
    rejection_id bigint generated always as identity primary key,
    received_at timestamptz,
    loaded_at timestamptz not null default now(),
    partner text,
    programme text,
    key_id text,
    event_id text,
    source text,
    type text,
    city text,
    code text not null,
    pointer text,
    detail text,
    sealed bytea,
    rejected_by text not null check (rejected_by in ('gateway', 'intake', 'loader')),
    topic text not null,
    kafka_partition integer not null,
    kafka_offset bigint not null,
    load_id bigint not null,
    unique (topic, kafka_partition, kafka_offset)
);
create index on raw.rejected_events (load_id);

-- Months are made ahead by the loader; it owns no table, so it calls this function.
create function raw.ensure_event_partitions(months_ahead integer default 2) returns void
language plpgsql security definer set search_path = raw, pg_temp as $$
declare
    month_start date;
begin
    for step in 0..months_ahead loop
        month_start := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => step))::date;
        if to_regclass(format('raw.events_%s', to_char(month_start, 'YYYY_MM'))) is null then
            execute format(
                'create table raw.events_%s partition of raw.events for values from (%L) to (%L)',
                to_char(month_start, 'YYYY_MM'),
                month_start::timestamp at time zone 'UTC',
                (month_start + interval '1 month')::timestamp at time zone 'UTC'
            );
        end if;
    end loop;
end
$$;
select raw.ensure_event_partitions();
