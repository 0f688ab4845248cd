{# What result.reported, target.set and baseline.set have in common: a figure as a document states it. #}
{% macro stated_columns() -%}
data ->> 'indicator_code' as indicator_code,
    data -> 'place' ->> 'level' as geography_level,
    coalesce(data -> 'place' ->> 'code', 'NONE') as geography_code,
    {{ cast_or_null("data -> 'period' ->> 'start'", 'date') }} as period_start,
    {{ cast_or_null("data -> 'period' ->> 'end'", 'date') }} as period_end,
    data -> 'period' ->> 'precision' as period_precision,
    coalesce({{ cast_or_null("data -> 'period' ->> 'inferred'", 'boolean') }}, false) as is_period_inferred,
    data ->> 'value_type' as value_type,
    {{ cast_or_null("data ->> 'value'", 'numeric') }} as value,
    data ->> 'words' as words,
    data ->> 'qualifier' as qualifier,
    data ->> 'unit' as unit,
    data ->> 'currency' as currency,
    data ->> 'project_code' as project_code,
    data ->> 'phase' as phase,
    coalesce(data ->> 'dimension', 'total') as dimension,
    coalesce(data ->> 'dimension_value', 'total') as dimension_value,
    data ->> 'phrase' as phrase,
    data ->> 'document' as document,
    data ->> 'evidence_label' as evidence_label,
    data ->> 'note' as note
{%- endmacro %}
