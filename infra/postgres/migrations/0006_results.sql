-- The public interface: one row per published cell of the pointed publication.
create view results.indicator_results as
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
    r.held_cities,
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
        and (r.valid_to_publication is null or c.publication_id < r.valid_to_publication);

-- For the steering group only: the same cells with nothing hidden.
create view results_exact.indicator_results as
select
    r.cell_id,
    r.programme_code,
    r.indicator_code,
    r.geography_level,
    r.geography_code,
    r.funder,
    r.period_start,
    r.period_end,
    r.period_precision,
    r.dimension,
    r.dimension_value,
    r.actual_exact,
    r.numerator_exact,
    r.denominator_exact,
    r.achievement_exact,
    r.suppression,
    c.publication_id
from ops.current_publication as c
inner join published.indicator_results as r
    on
        c.publication_id >= r.valid_from_publication
        and (r.valid_to_publication is null or c.publication_id < r.valid_to_publication);

create view ops.v_publications as
select
    p.publication_id,
    p.created_at,
    p.created_by,
    p.as_of,
    p.revision,
    p.cells_total,
    p.cells_added,
    p.cells_changed,
    p.cells_removed,
    p.publication_id = c.publication_id as is_current,
    c.held and p.publication_id = c.publication_id as is_held
from ops.publications as p
cross join ops.current_publication as c;

create view ops.v_publication_watermark as
select
    publication_id,
    watermark_load_id,
    watermark_at,
    held,
    held_reason
from ops.current_publication;

create view ops.v_audit_results as
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
    r.city
from ops.audits as a
inner join ops.audit_results as r on a.audit_id = r.audit_id;

create view ops.v_builds as
select
    build_id,
    started_at,
    finished_at,
    state,
    upto_load_id,
    publication_id,
    seconds,
    problem
from ops.builds;

create view ops.v_loads as
select
    l.load_id,
    l.started_at,
    l.finished_at,
    r.topic,
    r.kafka_partition,
    r.first_offset,
    r.next_offset,
    r.rows_landed,
    r.duplicates,
    r.id_reused,
    r.refused,
    r.gaps,
    r.expired
from raw.loads as l
inner join raw.load_ranges as r on l.load_id = r.load_id;

create view ops.v_city_gate as
select
    programme,
    city,
    state,
    admitted_to_load,
    reason,
    updated_at
from ops.city_gate;

-- Without what the database adds to an error: that may be a row with hidden values.
create view ops.v_dbt_results as
select
    dbt_invocation_id,
    unique_id,
    resource_type,
    status,
    seconds,
    rows_affected,
    regexp_replace(message, '\s*(DETAIL|CONTEXT):.*$', '') as message,
    created_at
from ops.dbt_results;
