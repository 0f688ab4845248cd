-- Read by facts.py; events of the window once, and of each what an expectation or the scorecard needs.
insert into ops.landing_facts (
    after_load_id, upto_load_id, programme, city, partner, event_type,
    new_events, new_corrections, new_voids, new_within_2_days, new_within_30_days, new_later,
    new_questions, new_unknown, new_not_collected,
    events_landed, future_events, unknown_indicators, indicator_examples, unknown_places, place_examples,
    unknown_projects, project_examples, plain_identifiers, children_at_work, long_ago_events,
    crowded_days, largest_share_of_one_person, unknown_share, late_share, times_usual
)
with landed as (
    select
        e.*,
        coalesce(e.city, '') as gate_city,
        e.load_id > %(audited)s as is_new,
        row_number() over (
            partition by e.programme, e.source, e.type, e.subject
            order by e.record_version desc, e.received_at asc, e.id collate "C" asc
        ) = 1 and e.operation <> 'void' and not /* is_superseded */ as counts,
        e.data ->> 'indicator_code' as indicator_code,
        e.data -> 'place' ->> 'code' as place_code,
        e.data ->> 'project_code' as project_code,
        e.data ->> 'age_band' as age_band,
        coalesce(e.data ->> 'person_token', e.data ->> 'household_token') as token
    from raw.events as e
    left join ops.city_gate as g
        on e.programme = g.programme and coalesce(e.city, '') = g.city and g.state = 'held'
    where
        e.load_id > %(low)s
        and e.load_id <= %(upto)s
        and e.load_id > case when g.city is null then %(audited)s else coalesce(g.admitted_to_load, 0) end
),

judged as (
    select
        *,
        -- A target is set today for a later year; a coarse date stands for its whole period.
        counts and type <> 'target.set.v1' and occurred_at > received_at + case time_precision
            when 'second' then interval '1 day'
            when 'hour' then interval '1 day'
            when 'day' then interval '2 days'
            when 'month' then interval '32 days'
            when 'quarter' then interval '93 days'
            else interval '367 days'
        end as in_future,
        counts and indicator_code is not null and indicator_code <> all(%(indicators)s::text[])
            as indicator_unknown,
        counts and (
            (gate_city <> '' and gate_city <> all(%(places)s::text[]))
            or place_code <> all(%(places)s::text[])
        ) as place_unknown,
        counts and project_code <> all(%(projects)s::text[]) as project_unknown,
        counts and data ? 'person_token' as about_person,
        counts and age_band in ('0-4', '5-11') and type in (
            'training.completed.v1', 'proposal.submitted.v1', 'proposal.funded.v1', 'advisory.given.v1'
        ) as child_at_work,
        counts and indicator_code is null and occurred_at < timestamptz '2015-01-01 00:00Z' as long_ago,
        is_new and indicator_code is null as has_delay,
        received_at - occurred_at as delay,
        (data ->> 'sex' = 'unknown')::int + (age_band = 'unknown')::int + (data ->> 'status' = 'unknown')::int
            as answers_unknown,
        (data ->> 'sex' = 'not_collected')::int
        + (age_band = 'not_collected')::int
        + (data ->> 'status' = 'not_collected')::int as answers_not_collected
    from landed
),

person_days as (
    select programme, gate_city, partner, type, token, occurred_at::date as day, count(*) as events
    from judged
    where counts and token is not null
    group by programme, gate_city, partner, type, token, occurred_at::date
),

persons as (
    select programme, gate_city, partner, type, token, sum(events) as events,
        count(*) filter (where events > 20) as crowded_days
    from person_days
    group by programme, gate_city, partner, type, token
),

crowds as (
    select programme, gate_city, partner, type,
        sum(crowded_days) as crowded_days,
        -- Of a handful of events, a share says nothing.
        case when sum(events) >= 50 then round(max(events) / sum(events), 3) end as largest_share_of_one_person
    from persons
    group by programme, gate_city, partner, type
),

usual as (
    select programme, city, partner, event_type, max(new_events) as new_events
    from ops.landing_facts
    where after_load_id < %(audited)s
    group by programme, city, partner, event_type
),

counted as (
    select
        programme,
        gate_city,
        partner,
        type,
        count(*) filter (where is_new) as new_events,
        count(*) filter (where is_new and operation = 'correct') as new_corrections,
        count(*) filter (where is_new and operation = 'void') as new_voids,
        count(*) filter (where has_delay and delay <= interval '2 days') as new_within_2_days,
        count(*) filter (where has_delay and delay > interval '2 days' and delay <= interval '30 days')
            as new_within_30_days,
        count(*) filter (where has_delay and delay > interval '30 days') as new_later,
        3 * count(*) filter (where is_new and about_person) as new_questions,
        coalesce(sum(answers_unknown) filter (where is_new and about_person), 0) as new_unknown,
        coalesce(sum(answers_not_collected) filter (where is_new and about_person), 0) as new_not_collected,
        count(*) as events_landed,
        count(*) filter (where in_future) as future_events,
        count(*) filter (where indicator_unknown) as unknown_indicators,
        array_to_string((array_agg(distinct indicator_code) filter (where indicator_unknown))[1:3], ', ')
            as indicator_examples,
        count(*) filter (where place_unknown) as unknown_places,
        array_to_string(
            (array_agg(distinct coalesce(place_code, gate_city)) filter (where place_unknown))[1:3], ', '
        ) as place_examples,
        count(*) filter (where project_unknown) as unknown_projects,
        array_to_string((array_agg(distinct project_code) filter (where project_unknown))[1:3], ', ')
            as project_examples,
        count(*) filter (where data ?| array['person_id', 'household_id']) as plain_identifiers,
        count(*) filter (where child_at_work) as children_at_work,
        count(*) filter (where long_ago) as long_ago_events,
        count(*) filter (where about_person) as person_events,
        coalesce(sum(answers_unknown + answers_not_collected) filter (where about_person), 0) as unanswered
    from judged
    group by programme, gate_city, partner, type
)

select
    %(audited)s, %(upto)s, c.programme, c.gate_city, c.partner, c.type,
    c.new_events, c.new_corrections, c.new_voids, c.new_within_2_days, c.new_within_30_days, c.new_later,
    c.new_questions, c.new_unknown, c.new_not_collected,
    c.events_landed, c.future_events, c.unknown_indicators, c.indicator_examples, c.unknown_places,
    c.place_examples, c.unknown_projects, c.project_examples, c.plain_identifiers, c.children_at_work,
    c.long_ago_events, coalesce(w.crowded_days, 0), w.largest_share_of_one_person,
    case when c.person_events >= 20 then round(c.unanswered / (3.0 * c.person_events), 3) end,
    case when c.new_events >= 20 then round(c.new_later / c.new_events::numeric, 3) end,
    -- Below a thousand events, a multiple of little is still little; a first landing has nothing to compare with.
    case when u.new_events is not null then round(c.events_landed / greatest(u.new_events, 1000)::numeric, 2) end
from counted as c
left join crowds as w
    on c.programme = w.programme and c.gate_city = w.gate_city and c.partner = w.partner and c.type = w.type
left join usual as u
    on c.programme = u.programme and c.gate_city = u.city and c.partner = u.partner and c.type = u.event_type
