-- Plans, offices and works as state machines: the state that a step leaves a thing in. A step that the machine does not
-- allow from there changes nothing; the first one that is told may be any.
create function ops.next_milestone_state(state text, reached text, comes_from text[]) returns text
language sql immutable parallel safe as $$
    select case when state is null or state = any(comes_from) then reached else state end
$$;
create aggregate ops.milestone_state (text, _text)(sfunc = ops.next_milestone_state, stype = text);

-- Copies for readers, as of the last build that could publish.
create table published.milestone_states (
    machine text not null,
    state text not null,
    sort_order integer not null,
    is_terminal boolean not null,
    counts_as text,
    primary key (machine, state)
);
create table published.milestones (
    thing_key uuid not null,
    step_number bigint not null,
    programme_code text not null,
    geography_code text not null,
    machine text not null,
    kind text not null,
    thing_name text not null,
    data_class text not null,
    state text not null,
    previous_state text,
    since date not null,
    until date,
    is_current boolean not null,
    expected_next text,
    due_state text,
    due_indicator_code text,
    due_on date,
    primary key (thing_key, step_number)
);
create table published.milestone_places (
    programme_code text not null,
    city text not null,
    geography_code text not null,
    geography_level text not null,
    primary key (programme_code, city, geography_code, geography_level)
);
create table published.milestones_to_review (
    thing_key uuid not null,
    step_number bigint not null,
    programme_code text not null,
    geography_code text not null,
    machine text not null,
    kind text not null,
    thing_name text not null,
    data_class text not null,
    kept_state text not null,
    kept_since date not null,
    kept_source text not null,
    kept_id text not null,
    other_state text not null,
    other_on date not null,
    other_source text not null,
    other_id text not null,
    received_at timestamptz not null,
    primary key (thing_key, step_number)
);
grant select, insert, delete on
published.milestone_states, published.milestones, published.milestone_places, published.milestones_to_review
to corridor_warehouse;

-- One row a thing and stay in a state. Names are shown where the class of the contract is P0; the reference tells
-- things without a name apart.
create view results.milestones as
select
    m.programme_code,
    g.is_simulated,
    m.geography_code,
    m.machine,
    m.kind,
    left(m.thing_key::text, 8) as reference,
    case m.data_class when 'P0' then m.thing_name end as name,
    m.state,
    m.previous_state,
    m.since,
    m.until,
    m.is_current,
    coalesce(m.until, greatest(c.watermark_at::date, m.since)) - m.since as days_in_state,
    d.is_terminal,
    m.expected_next,
    m.due_state,
    m.due_indicator_code,
    m.due_on,
    m.due_on < c.watermark_at::date as is_overdue,
    c.watermark_at as as_of
from published.milestones as m
inner join published.programmes as g on m.programme_code = g.programme_code and g.published
inner join published.milestone_states as d on m.machine = d.machine and m.state = d.state
cross join ops.current_publication as c;

create view results_exact.milestones as
select
    m.programme_code,
    m.geography_code,
    m.machine,
    m.kind,
    left(m.thing_key::text, 8) as reference,
    m.thing_name as name,
    m.state,
    m.since,
    m.until,
    m.is_current
from published.milestones as m;

-- How many things stood in each state at the end of each month. A state that came to hold some is told for every month
-- since, so that none is a row of its own and not a gap.
create view results.milestones_by_state as
with states as (
    -- A plan that is carried out is adopted too.
    select
        m.programme_code,
        m.geography_code,
        m.machine,
        m.kind,
        m.since,
        m.until,
        s.counted_state,
        s.counted_state = m.state as is_own
    from published.milestones as m
    inner join published.milestone_states as d on m.machine = d.machine and m.state = d.state
    cross join unnest(m.state || string_to_array(coalesce(d.counts_as, ''), ';')) as s (counted_state)
    where s.counted_state <> ''
),

changes as (
    select
        s.*,
        date_trunc('month', v.happened_on)::date as month_start,
        v.by_how_many
    from states as s
    cross join lateral (values (s.since, 1), (s.until, -1)) as v (happened_on, by_how_many)
    where v.happened_on is not null
),

of_places as (
    select
        c.programme_code,
        p.geography_level,
        p.geography_code,
        c.machine,
        c.kind,
        c.counted_state as state,
        c.month_start,
        sum(c.by_how_many) filter (where c.is_own) as things,
        sum(c.by_how_many) as things_counted
    from changes as c
    inner join published.milestone_places as p on c.programme_code = p.programme_code and c.geography_code = p.city
    group by
        c.programme_code, p.geography_level, p.geography_code, c.machine, c.kind, c.counted_state, c.month_start
),

firsts as (
    select
        programme_code,
        geography_level,
        geography_code,
        machine,
        kind,
        state,
        min(month_start) as first_month
    from of_places
    group by programme_code, geography_level, geography_code, machine, kind, state
),

months as (
    select
        f.*,
        g.month_start::date as month_start,
        c.watermark_at
    from firsts as f
    cross join ops.current_publication as c
    cross join lateral generate_series(f.first_month::timestamp, c.watermark_at::date, interval '1 month')
        as g (month_start)
),

stocks as (
    select
        m.*,
        sum(coalesce(o.things, 0)) over so_far as things,
        sum(coalesce(o.things_counted, 0)) over so_far as things_counted
    from months as m
    left join of_places as o
        on
            m.programme_code = o.programme_code
            and m.geography_level = o.geography_level
            and m.geography_code = o.geography_code
            and m.machine = o.machine
            and m.kind = o.kind
            and m.state = o.state
            and m.month_start = o.month_start
    window so_far as (
        partition by m.programme_code, m.geography_level, m.geography_code, m.machine, m.kind, m.state
        order by m.month_start
    )
)

select
    s.programme_code,
    g.is_simulated,
    s.geography_level,
    s.geography_code,
    s.machine,
    s.kind,
    s.state,
    d.sort_order as state_order,
    (s.month_start + interval '1 month')::date - 1 as month_end,
    s.things::bigint as things,
    s.things_counted::bigint as things_counted,
    s.watermark_at as as_of
from stocks as s
inner join published.programmes as g on s.programme_code = g.programme_code and g.published
inner join published.milestone_states as d on s.machine = d.machine and s.state = d.state;

create view results.milestones_to_review as
select
    programme_code,
    geography_code,
    machine,
    kind,
    left(thing_key::text, 8) as reference,
    case data_class when 'P0' then thing_name end as name,
    kept_state,
    kept_since,
    other_state,
    other_on,
    other_source,
    other_id,
    received_at,
    'It stands in ' || kept_state || ' since ' || kept_since || '; a step to ' || other_state || ' on ' || other_on
    || ' is not allowed from there. Ask the city to correct the date or the state, or to void the step.' as what_to_do
from published.milestones_to_review;

grant select on results.milestones, results.milestones_by_state, results.milestones_to_review
to corridor_reader, bi_programme, bi_steering, bi_engineer;
grant select on results_exact.milestones to bi_steering;
