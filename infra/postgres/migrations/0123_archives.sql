-- Months of raw.events that were written to Parquet. The identities of their events stay in raw.event_identities.
create table raw.archives (
    month date primary key check (month = date_trunc('month', month)),
    path text not null,
    rows bigint not null,
    bytes bigint not null,
    sha256 text not null,
    first_load_id bigint not null,
    last_load_id bigint not null,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    detached_at timestamptz,
    attached_at timestamptz
);
comment on column raw.archives.sha256 is 'Over all rows in the order of the file; see ingestion/archive/rows.py.';
comment on column raw.archives.detached_at is 'Since then the month is in the file alone, unless attached_at is later.';
grant select on raw.archives to corridor_warehouse;
