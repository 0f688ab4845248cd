-- Keys that sign (Standard Webhooks) instead of being sent: they have no hash, and one or two encrypted secrets.
alter table ops.api_keys alter column key_hash drop not null;
comment on column ops.api_keys.key_hash is 'SHA-256 of the key; null = the key is never sent, it signs.';

create table ops.webhook_secrets (
    secret_id bigint generated always as identity primary key,
    key_id text not null references ops.api_keys,
    sealed bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz
);
create index on ops.webhook_secrets (key_id);
comment on column ops.webhook_secrets.sealed is
'Encrypted with the secret webhook_key of the stack: the database alone lets nobody sign.';
grant select on ops.webhook_secrets to corridor_gateway;
revoke all on ops.webhook_secrets from corridor_warehouse;

-- Who used which key for what: one row a minute, key, route and answer. Written by the gateway every ten seconds.
create table ops.key_use (
    minute timestamptz not null,
    key_id text not null,
    route text not null,
    status smallint not null,
    requests bigint not null,
    accepted bigint not null,
    rejected bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (key_id, minute, route, status)
);
comment on table ops.key_use is
'key_id: of a key, of a wrong key that looked like one, or none. accepted and rejected count events.';
create index on ops.key_use (minute);
grant select, insert, update on ops.key_use to corridor_gateway;

create view ops.v_key_use as
select
    u.minute,
    u.key_id,
    k.programme,
    k.partner,
    k.label,
    u.route,
    u.status,
    u.requests,
    u.accepted,
    u.rejected,
    u.first_at,
    u.last_at
from ops.key_use as u
left join ops.api_keys as k on u.key_id = k.key_id;
comment on view ops.v_key_use is
'Audit of key use by the minute. Without partner: somebody tried a key that does not exist, or none.';
grant select on ops.v_key_use to corridor_reader, bi_engineer;
