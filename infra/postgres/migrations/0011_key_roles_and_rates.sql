-- What a key is for, and how much it may send; no rate = the gateway's own limit.
alter table ops.api_keys
add column role text not null default 'partner' check (role in ('partner', 'programme_officer')),
add column requests_per_second double precision check (requests_per_second > 0),
add column events_per_second double precision check (events_per_second > 0);
comment on column ops.api_keys.role is
'Event types that name a role (x-corridor-role) are taken from keys of that role only.';
