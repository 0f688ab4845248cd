-- Who opened the events behind a published cell, and why: those events are nearer to people than the figure is.
create table ops.cell_openings (
    opening_id bigint generated always as identity primary key,
    opened_at timestamptz not null default clock_timestamp(),
    cell_id text not null,
    publication_id bigint not null references ops.publications,
    by_whom text not null,
    reason text not null check (btrim(reason) <> '')
);
comment on table ops.cell_openings is
'Each time an engineer opened the events behind a published cell: who, when, which cell of which publication, why.';

grant select, insert on ops.cell_openings to corridor_warehouse;
