-- Where the number comes from, and of how many of those counted sex, age and status are known.
alter table published.indicator_results add origin text, add completeness numeric;

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
    p.publication_id,
    r.origin,
    r.completeness
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
