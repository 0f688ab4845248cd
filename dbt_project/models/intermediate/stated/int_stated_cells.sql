-- One cell per business key. Where a programme counts its actuals from events, a stated one is not shown beside them.
select
    f.programme_code,
    f.indicator_code,
    f.geography_level,
    f.geography_code,
    f.project_code,
    f.phase,
    f.funder,
    f.period_start,
    f.period_end,
    f.period_precision,
    f.basis,
    f.dimension,
    f.dimension_value,
    f.kind,
    f.value_type,
    f.value,
    f.value_low,
    f.value_high,
    f.qualifier,
    f.words,
    f.currency,
    concat_ws(
        '; ',
        rtrim(f.note, '.'),
        case when f.is_period_inferred then 'period inferred, not printed' end,
        case when f.evidence_label = 'DERIVED' then 'derived from figures of the document, not printed in it' end
    ) as note,
    f.phrase,
    f.document
from {{ ref('int_stated_figures') }} as f
inner join {{ ref('programmes') }} as p on f.programme_code = p.programme_code
inner join {{ ref('dim_indicators') }} as i on f.indicator_code = i.indicator_code
where
    f.standing = 1
    and (f.kind != 'actual' or p.actual_source = 'reported' or i.source_type = 'stated')
