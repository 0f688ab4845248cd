-- How long each thing stood in each state. A state that was left on its first day stays as a row of no days: it was
-- reached.
with latest as (
    select distinct on (thing_key) thing_key, thing_name, kind
    from {{ ref('int_milestone_steps') }}
    order by thing_key, received_at desc, event_id collate "C" desc
),

spells as (
    select
        *,
        lead(occurred_on) over (partition by thing_key order by step_number) as left_on
    from {{ ref('int_milestone_steps') }}
    where outcome = 'reached'
)

select
    s.thing_key,
    s.programme_code,
    s.city,
    s.machine,
    l.kind,
    l.thing_name,
    s.data_class,
    s.step_number,
    s.stands_in as state,
    s.stood_in as previous_state,
    s.occurred_on as since,
    s.left_on as until,
    s.left_on is null as is_current,
    s.source,
    s.event_id,
    s.event_type
from spells as s
inner join latest as l on s.thing_key = l.thing_key
