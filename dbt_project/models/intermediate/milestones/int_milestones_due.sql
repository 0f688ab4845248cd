-- Until when each thing should have come further: the earliest target of its city for a state ahead of it, as long as
-- fewer things than the target asks for had reached that state when its period ended.
with kinds as (
    select distinct machine, kind, event_type from {{ ref('int_milestones') }}
),

counted as (
    select k.machine, k.kind, s.state, s.sort_order, r.indicator_code
    from kinds as k
    inner join {{ ref('milestone_states') }} as s on k.machine = s.machine
    inner join {{ ref('counting_rules') }} as r
        on {{ any_version('k.event_type') }} = {{ any_version('r.event_type') }}
    where r.counts = 'names' and {{ of_kind(milestone_kind('s.machine', 'k.kind', 's.state'), 'r.kinds') }}
),

reached as (
    select m.thing_key, m.programme_code, m.city, c.indicator_code, min(m.since) as reached_on
    from {{ ref('int_milestones') }} as m
    inner join counted as c on m.machine = c.machine and m.kind = c.kind and m.state = c.state
    group by m.thing_key, m.programme_code, m.city, c.indicator_code
),

targets as (
    select distinct on (programme_code, indicator_code, geography_code, period_end)
        programme_code, indicator_code, geography_code as city, period_end, value
    from {{ ref('int_targets') }}
    where geography_level = 'city' and dimension = 'total' and value is not null
    order by programme_code, indicator_code, geography_code, period_end, precedence
),

unmet as (
    select t.programme_code, t.indicator_code, t.city, t.period_end
    from targets as t
    left join reached as r
        on
            t.programme_code = r.programme_code
            and t.indicator_code = r.indicator_code
            and t.city = r.city
            and t.period_end >= r.reached_on
    group by t.programme_code, t.indicator_code, t.city, t.period_end, t.value
    having count(r.thing_key) < t.value
)

select distinct on (m.thing_key)
    m.thing_key,
    c.state as due_state,
    u.indicator_code,
    u.period_end as due_on
from {{ ref('int_milestones') }} as m
inner join {{ ref('milestone_states') }} as s on m.machine = s.machine and m.state = s.state
inner join counted as c
    on m.machine = c.machine and m.kind = c.kind and c.state = any(string_to_array(s.next_states, ';'))
inner join unmet as u
    on m.programme_code = u.programme_code and m.city = u.city and c.indicator_code = u.indicator_code
left join reached as r on m.thing_key = r.thing_key and c.indicator_code = r.indicator_code
where m.is_current and r.thing_key is null
order by m.thing_key, u.period_end, c.sort_order, u.indicator_code collate "C"
