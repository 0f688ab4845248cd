-- Totals that a document prints, beside what the platform computes from their parts (cities, or funders).
select
    t.indicator_code,
    t.place_code as geography_code,
    t.project_code,
    t.phase,
    t.funder,
    t.printed_value,
    sum(r.actual) as computed_value,
    t.printed_value - sum(r.actual) as difference,
    t.phrase,
    t.document
from {{ ref('printed_totals') }} as t
left join {{ ref('indicator_results') }} as r
    on
        r.programme_code = 'CM'
        and t.indicator_code = r.indicator_code
        and t.place_code = r.geography_code
        and t.project_code is not distinct from r.project_code
        and t.phase is not distinct from r.phase
        and t.document = r.source_document
        and (t.funder is null or t.funder = r.funder)
        and r.dimension = 'total'
        and r.kind = 'actual'
        and coalesce(r.target_is_current, true)
group by
    t.indicator_code, t.place_code, t.project_code, t.phase, t.funder, t.printed_value, t.phrase, t.document
