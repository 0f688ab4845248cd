{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='thing_key',
    indexes=[{'columns': ['thing_key']}, {'columns': ['record_key']}],
    post_hook='delete from {{ this }} where record_key is null',
) }}
{%- set told = 'record_key, thing_key, programme_code, city, machine, kind, thing_name, data_class, source, event_id, '
    ~ 'event_type, occurred_at, received_at, occurred_on, state, said_before' %}
-- Every step that is told of a thing, in the order of what happened: the state it stood in, and the one that the step
-- leaves it in: the same if the machine does not allow the step. A thing that something touches is walked anew.
-- depends_on: {{ ref('int_touched_records') }}
with events as (
    select {{ told }} from {{ ref('int_milestone_events') }}
),

things as (
    select thing_key from events
    {%- if is_incremental() %}
    union
    -- A correction may have given the step to another thing, and a void may have taken it away.
    select thing_key from {{ this }}
    where {{ of_touched_records() }}
    {%- endif %}
),

told as (
    select * from events
    {%- if is_incremental() %}
    union all
    select {{ told }} from {{ this }}
    where thing_key in (select t.thing_key from things as t) and not {{ of_touched_records() }}
    {%- endif %}
),

judged as (
    select
        t.*,
        m.sort_order,
        array(
            select f.state
            from {{ ref('milestone_states') }} as f
            where
                t.machine = f.machine
                and (
                    t.state = any(string_to_array(f.next_states, ';'))
                    or (t.state = any(string_to_array(f.next_states_if_said, ';')) and t.said_before = f.state)
                )
        ) as comes_from
    from told as t
    inner join {{ ref('milestone_states') }} as m on t.machine = m.machine and t.state = m.state
),

walked as (
    select
        *,
        row_number() over in_order as step_number,
        ops.milestone_state(state, comes_from) over in_order as stands_in
    from judged
    window in_order as (
        partition by thing_key
        order by occurred_at, sort_order, received_at, event_id collate "C"
        rows between unbounded preceding and current row
    )
),

steps as (
    select
        {{ told }},
        step_number,
        stands_in,
        lag(stands_in) over (partition by thing_key order by step_number) as stood_in
    from walked
)

select
    *,
    case
        when stood_in is null or stands_in <> stood_in then 'reached'
        when stands_in = state then 'repeated'
        else 'not allowed'
    end as outcome
from steps
{%- if is_incremental() %}
union all
-- What nothing is told of any more goes with its steps.
select
    null, t.thing_key, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
    null, null
from things as t
where
    not exists (
        select from steps as s
        where t.thing_key = s.thing_key
    )
{%- endif %}
