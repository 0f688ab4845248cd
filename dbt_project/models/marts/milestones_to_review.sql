-- Steps that the machine of a thing does not allow. They change no state; a person corrects the step or the machine.
with steps as (
    select
        *,
        count(*) filter (where outcome = 'reached') over (partition by thing_key order by step_number) as stay
    from {{ ref('int_milestone_steps') }}
)

select
    r.thing_key,
    r.step_number,
    r.programme_code,
    r.city as geography_code,
    r.machine,
    r.kind,
    r.thing_name,
    r.data_class,
    r.stands_in as kept_state,
    k.occurred_on as kept_since,
    k.source as kept_source,
    k.event_id as kept_id,
    r.state as other_state,
    r.occurred_on as other_on,
    r.source as other_source,
    r.event_id as other_id,
    r.received_at
from steps as r
inner join steps as k on r.thing_key = k.thing_key and r.stay = k.stay and k.outcome = 'reached'
where r.outcome = 'not allowed'
