-- What was handed out: the cells of one publication, frozen. Rows are added and never changed.
create table releases.releases (
    release_id bigint generated always as identity primary key,
    name text not null unique,
    programme_code text not null,
    period_start date not null,
    period_end date not null check (period_end >= period_start),
    publication_id bigint not null references ops.publications,
    as_of timestamptz not null,
    is_simulated boolean not null,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null,
    even_though text,
    missing jsonb not null
);
comment on column releases.releases.even_though is 'Why it was made although something was missing.';
comment on column releases.releases.missing is 'What was missing when it was made, place by place.';

create table releases.cells (
    release_id bigint not null references releases.releases,
    like published.indicator_results
);
alter table releases.cells
drop column actual_exact, drop column numerator_exact, drop column denominator_exact, drop column achievement_exact,
drop column content_hash, drop column component,
drop column valid_from_publication, drop column valid_to_publication,
add primary key (release_id, cell_id);

create function releases.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'A release never changes: make another one, and `corridor release restatements` says what differs.';
end
$$;
create trigger a_release_never_changes before update or delete on releases.releases
for each row execute function releases.refuse_change();
create trigger a_released_cell_never_changes before update or delete on releases.cells
for each row execute function releases.refuse_change();

create view releases.v_releases as
select
    r.release_id,
    r.name,
    r.programme_code,
    r.period_start,
    r.period_end,
    r.publication_id,
    r.as_of,
    r.is_simulated,
    r.created_at,
    r.created_by,
    r.even_though,
    jsonb_array_length(r.missing) as missing,
    c.cells,
    c.hidden
from releases.releases as r
cross join lateral (
    select
        count(*) as cells,
        count(*) filter (where x.suppression in ('complementary', 'between_releases')) as hidden
    from releases.cells as x
    where x.release_id = r.release_id
) as c;

-- As reported and as known now: what a release says of a cell, and what readers see today.
create view results.restatements as
select
    l.name as release_name,
    l.created_at as released_at,
    o.cell_id,
    o.programme_code,
    o.indicator_code,
    o.indicator_name,
    o.geography_code,
    o.geography_name,
    o.funder,
    o.period_start,
    o.period_end,
    o.period_precision,
    o.dimension,
    o.dimension_value,
    o.actual as reported,
    o.actual_text as reported_text,
    o.target as reported_target,
    n.actual as known_now,
    n.actual_text as known_now_text,
    n.target as known_now_target,
    n.actual - o.actual as difference,
    case
        when n.cell_id is null then 'is counted no more'
        when n.suppression = 'complementary' then 'is hidden now'
        when (o.actual is distinct from n.actual) then 'is another number now'
        when (o.target is distinct from n.target) then 'has another target now'
        else 'is worded otherwise now'
    end as what,
    p.publication_id as since_publication,
    p.created_at as since
from releases.releases as l
inner join releases.cells as o on l.release_id = o.release_id
left join results.indicator_results as n on o.cell_id = n.cell_id
left join published.indicator_results as v
    on
        n.cell_id = v.cell_id
        and n.publication_id >= v.valid_from_publication
        and (v.valid_to_publication is null or n.publication_id < v.valid_to_publication)
left join ops.publications as p on v.valid_from_publication = p.publication_id
where
    o.suppression is distinct from 'between_releases'
    and (o.actual, o.actual_low, o.actual_high, o.actual_text, o.target, o.suppression)
    is distinct from (n.actual, n.actual_low, n.actual_high, n.actual_text, n.target, n.suppression);

create view results.report_status as
select
    s.programme_code,
    s.geography_code,
    s.period_start::date as period_start,
    s.period_end::date as period_end,
    case when s.status = 'validated' and r.name is not null then 'released' else s.status end as status,
    s.has_narrative,
    s.changed_at,
    r.name as release_name
from ops.v_report_status as s
left join lateral (
    select min(x.name) as name
    from releases.releases as x
    where
        x.programme_code = s.programme_code
        and x.period_start <= s.period_start::date
        and x.period_end >= s.period_end::date
        and x.created_at >= s.changed_at
) as r on true;

grant usage on schema releases to corridor_warehouse, corridor_reader, bi_programme, bi_steering, bi_engineer;
grant select, insert on releases.releases, releases.cells to corridor_warehouse;
grant select on releases.v_releases, releases.cells to corridor_reader, bi_programme, bi_steering, bi_engineer;
grant select on releases.v_releases, results.restatements, results.report_status to corridor_warehouse;
grant select on results.restatements, results.report_status
to corridor_reader, bi_programme, bi_steering, bi_engineer;
