{{ config(materialized='table') }}
-- Actuals beside their targets, a row each, and targets that have no actual yet.
{%- set grain = [
    'programme_code', 'indicator_code', 'geography_level', 'geography_code', 'project_code', 'phase', 'funder',
    'period_start', 'period_end', 'period_precision', 'basis', 'dimension', 'dimension_value', 'kind',
] %}
{%- set figure = [
    'component', 'origin', 'value', 'value_low', 'value_high', 'qualifier', 'words', 'currency', 'numerator', 'denominator',
    'completeness', 'suppression',
] %}
{%- set target_columns -%}
t.target_record is not null as has_target,
    t.target,
    t.target_value_type,
    t.target_qualifier,
    t.target_is_current,
    t.target_phrase,
    case when t.target_is_current then t.period_start end as target_start,
    case when t.target_is_current then t.period_end end as target_end,
    case when not t.target_is_current then t.target_record end as target_variant
{%- endset %}
select
    {% for column in grain + figure -%}
    a.{{ column }},
    {% endfor -%}
    concat_ws('; ', nullif(rtrim(a.note, '.'), ''), 'target: ' || rtrim(t.target_note, '.')) as note,
    a.phrase,
    a.document,
    {{ target_columns }}
from {{ ref('int_actuals') }} as a
left join {{ ref('int_targets_matched') }} as t on a.actual_number = t.actual_number
union all
select
    {% for column in grain -%}
    {{ {'funder': 'null', 'basis': 'null', 'kind': "'actual'"}.get(column, 't.' ~ column) }},
    {% endfor -%}
    {% for column in figure -%}
    {{ {'origin': "'none'", 'currency': 't.currency', 'component': 't.component'}.get(column, 'null') }},
    {% endfor -%}
    t.target_note,
    t.target_phrase,
    t.target_document,
    {{ target_columns }}
from {{ ref('int_targets_matched') }} as t
where t.actual_number is null
