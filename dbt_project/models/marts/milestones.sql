{{ config(materialized='table') }}
-- Plans, offices and works by the states they stood in: one row a thing and stay in a state. Names of all of them: only
-- those whose contract is of class P0 are shown to readers.
select
    m.thing_key,
    m.step_number,
    m.programme_code,
    m.city as geography_code,
    m.machine,
    m.kind,
    m.thing_name,
    m.data_class,
    m.state,
    m.previous_state,
    m.since,
    m.until,
    m.is_current,
    case when m.is_current then nullif(s.expected_next, '') end as expected_next,
    d.due_state,
    d.indicator_code as due_indicator_code,
    d.due_on
from {{ ref('int_milestones') }} as m
inner join {{ ref('milestone_states') }} as s on m.machine = s.machine and m.state = s.state
left join {{ ref('int_milestones_due') }} as d on m.thing_key = d.thing_key and m.is_current
