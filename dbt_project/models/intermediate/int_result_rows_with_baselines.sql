-- The baseline of the same phase, else the latest that is not of another phase. A baseline without any figure gets a
-- row of its own.
{%- set grain = [
    'programme_code', 'indicator_code', 'geography_level', 'geography_code', 'project_code', 'phase', 'funder',
    'period_start', 'period_end', 'period_precision', 'basis', 'dimension', 'dimension_value', 'kind',
] %}
{%- set others = [
    'component', 'origin', 'value', 'value_low', 'value_high', 'qualifier', 'words', 'currency', 'numerator', 'denominator',
    'completeness', 'suppression', 'note', 'phrase', 'document', 'has_target', 'target', 'target_value_type',
    'target_qualifier', 'target_is_current', 'target_phrase', 'target_start', 'target_end', 'target_variant',
] %}
select
    {% for column in grain + others %}r.{{ column }},
    {% endfor -%}
    coalesce(s.value, l.value) as baseline,
    coalesce(s.baseline_text, l.baseline_text) as baseline_text
from {{ ref('int_result_rows') }} as r
left join {{ ref('int_baselines') }} as s
    on
        {{ baseline_matches('r', 's') }}
        and r.phase is not distinct from s.phase
left join {{ ref('int_baselines') }} as l
    on
        {{ baseline_matches('r', 'l') }}
        and l.is_latest
        and (r.phase is null or l.phase is null)
union all
select
    {% for column in grain -%}
    {{ {'funder': 'null', 'kind': "'actual'"}.get(column, 'b.' ~ column) }},
    {% endfor -%}
    {% for column in others -%}
    {{ {
        'origin': "'none'", 'note': 'b.note', 'phrase': 'b.phrase', 'document': 'b.document', 'has_target': 'false',
        'currency': 'b.currency',
    }.get(column, 'null') }},
    {% endfor -%}
    b.value,
    b.baseline_text
from {{ ref('int_baselines') }} as b
where not exists (
    select from {{ ref('int_result_rows') }} as r
    where
        {{ baseline_matches('r', 'b') }}
        and coalesce(r.phase = b.phase, true)
)
-- Figures that this build does not make anew are figures too.
and not exists (
    select from {{ ref('int_city_sums') }} as s
    inner join {{ ref('programmes') }} as o on s.programme_code = o.programme_code and o.actual_source = 'computed'
    inner join {{ ref('places') }} as c on s.city = c.place_code
    where
        s.programme_code = b.programme_code
        and s.indicator_code = b.indicator_code
        and s.dimension = b.dimension
        and s.dimension_value = b.dimension_value
        and s.counted > 0
        and b.geography_code in (s.city, c.country_code, s.programme_code)
)
