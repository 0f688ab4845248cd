-- What each landing audit saw of each partner's events: the expectations read it, and quality over time is its sum.
create table ops.landing_facts (
    after_load_id bigint not null,
    upto_load_id bigint not null,
    judged_at timestamptz not null default clock_timestamp(),
    programme text not null,
    city text not null,
    partner text not null,
    event_type text not null,
    new_events bigint not null,
    new_corrections bigint not null,
    new_voids bigint not null,
    new_within_2_days bigint not null,
    new_within_30_days bigint not null,
    new_later bigint not null,
    new_questions bigint not null,
    new_unknown bigint not null,
    new_not_collected bigint not null,
    events_landed bigint not null,
    future_events bigint not null,
    unknown_indicators bigint not null,
    indicator_examples text,
    unknown_places bigint not null,
    place_examples text,
    unknown_projects bigint not null,
    project_examples text,
    plain_identifiers bigint not null,
    children_at_work bigint not null,
    long_ago_events bigint not null,
    crowded_days bigint not null,
    largest_share_of_one_person numeric,
    unknown_share numeric,
    late_share numeric,
    times_usual numeric,
    primary key (after_load_id, programme, city, partner, event_type)
);
create index on ops.landing_facts (programme, city, partner, event_type);
comment on table ops.landing_facts is
'One row for the events of a partner, city and type that landed after one load and up to another. Columns that begin
with new count each event once over all rows; the others count all events that wait for admission.';
grant select, insert, delete on ops.landing_facts to corridor_warehouse;

alter table ops.audit_results add partner text, add event_type text;
create or replace view ops.v_audit_results as
select
    a.audit_id,
    a.subject,
    a.started_at,
    a.passed,
    r.suite,
    r.expectation,
    r.severity,
    r.success,
    r.sentence,
    r.programme,
    r.city,
    r.partner,
    r.event_type
from ops.audits as a
inner join ops.audit_results as r on a.audit_id = r.audit_id;
