-- How an indicator's words came to us, and whether it is on track to its target as of the publication.
alter table published.indicator_results
add wording_status text, add track_rule text, add target_start date, add target_end date;

-- linear: at least 0.8 of the share of the target's period that has passed, and all of it once it is over.
-- milestone: reached or not once the period is over; before that only what is reached is said.
-- floor: a share that must not lie below the target, at any time.
-- Without a number that readers see, a target or a period nothing is said.
create function results.on_track(
    track_rule text, actual numeric, target numeric, target_start date, target_end date, as_of date
) returns text
language sql immutable parallel safe as $$
    select
        case
            when actual is null or target is null then null
            when track_rule = 'floor' or (as_of > target_end and track_rule in ('linear', 'milestone'))
                then case when actual >= target then 'on_track' else 'off_track' end
            when track_rule = 'milestone' and target_end is not null and actual >= target then 'on_track'
            when track_rule = 'linear' and as_of between target_start and target_end
                then
                    case
                        when
                            actual * (target_end - target_start + 1)
                            >= 0.8 * target * (as_of - target_start + 1)
                            then 'on_track'
                        else 'off_track'
                    end
        end
$$;

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
    r.completeness,
    r.wording_status,
    r.track_rule,
    r.target_start,
    r.target_end,
    results.on_track(
        r.track_rule, r.actual, r.target, r.target_start, r.target_end, (p.as_of at time zone 'UTC')::date
    ) as on_track
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
