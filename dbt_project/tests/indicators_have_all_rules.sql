select
    indicator_code,
    'The indicator ' || indicator_code || ' does not say how it combines over time, places and breakdowns: '
    || 'add its rules to seeds/framework/indicators.csv.' as sentence
from {{ ref('dim_indicators') }}
where
    time_rule is null
    or place_rule is null
    or dimension_rule is null
    or threshold is null
