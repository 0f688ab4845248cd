{{ config(severity='warn') }}
-- A step that does not follow from the state before changes nothing until somebody looks at it.
select
    programme_code,
    geography_code,
    machine,
    kept_state,
    other_state,
    other_on
from {{ ref('milestones_to_review') }}
