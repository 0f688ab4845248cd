-- A small number may be told as "fewer than" where its indicator's policy is bottom_code_5.
create or replace view results.v_readable_results as
select
    r.cell_id,
    r.programme_code,
    case r.programme_code when 'CM' then 'Cities and Migration' else r.programme_code end
    || case when r.is_simulated then ' (simulated)' else '' end as programme,
    r.is_simulated,
    r.kind,
    r.kind <> 'actual' or r.outcome_code is null as is_context,
    coalesce(r.outcome_code, 'none') as outcome_code,
    case r.outcome_code
        when 'O1' then '1 Urban expansion planning'
        when 'O2' then '2 Work and finance'
        when 'O3' then '3 Basic services'
        when 'O4' then '4 Migration diplomacy'
        when 'X' then 'Across outcomes'
        else 'No outcome'
    end as outcome,
    r.indicator_code,
    case
        when r.funder is null then r.indicator_name
        else
            regexp_replace(r.indicator_name, ', by .*$', '') || ' by '
            || case r.funder
                when 'project' then 'the project'
                when 'other' then 'others'
                else replace(r.funder, '_', ' ')
            end
    end as indicator,
    results.unit_text(r.unit_of_count) as unit,
    r.geography_level as place_level,
    r.geography_code as place_code,
    r.geography_name as place,
    r.phase as phase_code,
    coalesce('Phase ' || r.phase, 'No phase') as phase,
    r.funder,
    r.dimension,
    r.dimension_value,
    r.period_start,
    r.period_end,
    r.period_precision,
    coalesce(to_char(r.period_end, 'YYYY'), 'no date') as year,
    results.period_text(r.period_start, r.period_end, r.period_precision, r.basis) as period,
    r.actual,
    case
        when r.suppression = 'bottom_coded' then 'fewer than ' || (r.actual_high + 1)
        when r.suppression <> 'exempt' then 'hidden to protect people'
        else coalesce(
            results.figure_text(
                r.actual, r.actual_low, r.actual_high, r.actual_qualifier, r.actual_text, r.unit_of_count, r.currency
            ),
            'baseline: ' || coalesce(
                results.figure_text(r.baseline, null, null, null, null, r.unit_of_count, r.currency), r.baseline_text
            ),
            'no figure yet'
        )
    end as result,
    coalesce(r.actual, r.actual_low, r.actual_high) is not null or r.actual_text is not null
    or coalesce(r.suppression <> 'exempt', false) as has_result,
    r.target,
    r.target is not null or r.target_phrase is not null as has_target,
    r.target_is_current,
    case
        when r.target is not null
            then results.figure_text(r.target, null, null, r.target_qualifier, null, r.unit_of_count, r.currency)
        when r.target_phrase is not null then 'no number in the source'
    end as target_text,
    r.achievement,
    r.status as status_code,
    case r.status
        when 'achieved' then '● achieved'
        when 'in_progress' then '◐ in progress'
        when 'no_actual' then '○ no figure yet'
        when 'hidden' then '▪ hidden to protect people'
        when 'not_numeric'
            then
                case
                    when r.target is null then '≈ target in words only'
                    when r.actual_low is not null or r.actual_high is not null then '≈ a range'
                    else '≈ in words only'
                end
        when 'target_missing' then '? target has no number'
        else '– no target set'
    end as status,
    r.held_cities,
    r.note,
    r.source_phrase is not null as is_stated,
    coalesce(r.source_phrase, r.target_phrase) as phrase,
    results.document_text(r.source_document) as document,
    r.publication_id,
    case when r.is_simulated then 'simulated, ' else '' end
    || to_char(r.as_of at time zone 'UTC', 'FMDD FMMon YYYY HH24:MI "UTC"') as as_of
from results.indicator_results as r;
