-- What is known of every record that partners sent in files: see ingestion/files/state.py for the order of claims.
create table ops.file_rows (
    programme text not null,
    source text not null,
    record_type text not null,
    subject text not null,
    version integer not null check (version > 0),
    digest bytea not null,
    is_void boolean not null default false,
    time text not null,
    city text,
    settled boolean not null default false,
    claimed_at timestamptz not null default clock_timestamp(),
    primary key (programme, source, record_type, subject)
) with (fillfactor = 80);
comment on column ops.file_rows.record_type is 'The event type without its version, such as person.registered.';
comment on column ops.file_rows.digest is
'Hash of the content of the version, with tokens in place of identifiers: tells a changed row from one sent again.';
comment on column ops.file_rows.time is 'Of the record, in UTC: what a void must say.';
comment on column ops.file_rows.settled is 'False from the claim of a version until its event is durable.';

-- Refused rows as they came, encrypted with a key that follows from the partner's API key, which is stored nowhere.
create table ops.file_rejections (
    file_id text not null,
    part integer not null,
    partner text not null,
    kept_until timestamptz not null,
    sealed bytea not null,
    primary key (file_id, part)
);
create index on ops.file_rejections (kept_until);

grant select, insert, update on ops.file_rows to corridor_gateway;
grant select, insert, delete on ops.file_rejections to corridor_gateway;
revoke all on ops.file_rows, ops.file_rejections from corridor_warehouse;
