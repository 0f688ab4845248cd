{{ config(severity='warn') }}
-- A city that is declared to report a month has sent its events and no report: nothing is published for it.
select
    programme_code,
    indicator_code,
    geography_code,
    period_start
from {{ ref('reported_against_computed') }}
where actual_source = 'reported' and reported_value is null
