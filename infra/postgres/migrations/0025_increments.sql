-- A build takes in what is new and computes, judges and publishes what that touches; these tables say how far it came.
create table ops.taken_in (
    programme text not null,
    city text not null,
    upto_load_id bigint not null,
    rules_hash text not null,
    primary key (programme, city)
);
comment on table ops.taken_in is
'Up to which load the warehouse holds events, by which rules: one row of empty names for all cities, and one for each
city that is held and therefore behind.';

create table ops.touched_groups (
    programme_code text not null,
    indicator_code text not null,
    period_start date not null,
    period_precision text not null,
    primary key (programme_code, indicator_code, period_start, period_precision)
);
comment on table ops.touched_groups is
'Groups of cells that changed since readers last saw all changes: a build that is refused must not forget them.';

create table ops.replaced_components (component text primary key);
comment on table ops.replaced_components is
'What the candidate stands for beside all cells without a component; other published cells stay as they are.';

grant select, insert, update, delete on ops.taken_in, ops.touched_groups, ops.replaced_components
to corridor_warehouse;

-- Cells of one component share sums with each other and with no other cell.
alter table published.indicator_results add component text;
create index on published.indicator_results (component) where valid_to_publication is null;
grant update (component) on published.indicator_results to corridor_warehouse;

-- Beside the cells, so that holding a city rewrites none of them.
create table published.held_places (
    programme_code text not null,
    geography_code text not null,
    held_cities text not null,
    valid_from_publication bigint not null references ops.publications,
    valid_to_publication bigint references ops.publications,
    primary key (programme_code, geography_code, valid_from_publication)
);
grant select, insert on published.held_places to corridor_warehouse;
grant update (valid_to_publication) on published.held_places to corridor_warehouse;

insert into published.held_places (programme_code, geography_code, held_cities, valid_from_publication)
select
    programme_code,
    geography_code,
    min(held_cities) as held_cities,
    max(valid_from_publication) as valid_from_publication
from published.indicator_results
where held_cities is not null and valid_to_publication is null
group by programme_code, geography_code;

create or replace view results.indicator_results as
select
    r.cell_id,
    r.programme_code,
    r.framework_version,
    r.outcome_code,
    r.indicator_code,
    r.indicator_name,
    r.unit_of_count,
    r.geography_level,
    r.geography_code,
    r.geography_name,
    r.project_code,
    r.phase,
    r.funder,
    r.period_start,
    r.period_end,
    r.period_precision,
    r.basis,
    r.dimension,
    r.dimension_value,
    r.kind,
    r.actual,
    r.actual_low,
    r.actual_high,
    r.actual_qualifier,
    r.actual_text,
    r.currency,
    r.numerator,
    r.denominator,
    r.target,
    r.target_qualifier,
    r.target_is_current,
    r.target_phrase,
    r.baseline,
    r.baseline_text,
    r.achievement,
    r.status,
    r.suppression,
    h.held_cities,
    r.note,
    r.is_simulated,
    r.source_phrase,
    r.source_document,
    p.as_of,
    p.publication_id
from ops.current_publication as c
inner join ops.publications as p on c.publication_id = p.publication_id
inner join published.indicator_results as r
    on
        c.publication_id >= r.valid_from_publication
        and (r.valid_to_publication is null or c.publication_id < r.valid_to_publication)
left join published.held_places as h
    on
        r.programme_code = h.programme_code
        and r.geography_code = h.geography_code
        and c.publication_id >= h.valid_from_publication
        and (h.valid_to_publication is null or c.publication_id < h.valid_to_publication)
        -- What a document states of a whole country lacks nothing when a city is held.
        and (r.component is not null or r.geography_level in ('city', 'joint_set'));

alter table published.indicator_results drop column held_cities;
