-- After a city's key was rotated: which token of the first key the same person or household had.
create table raw.first_tokens (
    token text primary key,
    first_token text not null,
    load_id bigint not null,
    loaded_at timestamptz not null default now()
);
grant select, insert on raw.first_tokens to corridor_loader;
grant select on raw.first_tokens to corridor_warehouse;

-- Who opened the sealed body of a refused event, when and why. Rows are only ever added.
create table ops.reject_openings (
    opening_id bigint generated always as identity primary key,
    rejection_id bigint not null,
    opened_at timestamptz not null default clock_timestamp(),
    opened_by text not null,
    reason text not null check (length(btrim(reason)) >= 5)
);
create index on ops.reject_openings (rejection_id);
create view ops.v_reject_openings as
select
    opening_id,
    rejection_id,
    opened_at,
    opened_by,
    reason
from ops.reject_openings;
grant select on ops.v_reject_openings to corridor_reader, bi_engineer;
