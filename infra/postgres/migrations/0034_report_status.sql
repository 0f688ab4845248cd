-- Where the period of a city stands: the steps in the order of their receipt, of which those that are not possible (a
-- second click, a validation of what was never submitted) change nothing. The pages of partners follow the same rule.
create function ops.next_report_state(state text, step text) returns text
language sql immutable parallel safe as $$
    select
        case
            when step = 'report.submitted.v1' and state in ('draft', 'returned') then 'submitted'
            when step = 'report.returned.v1' and state in ('submitted', 'validated') then 'returned'
            when step = 'report.validated.v1' and state = 'submitted' then 'validated'
            else state
        end
$$;
create aggregate ops.report_state (text)(sfunc = ops.next_report_state, stype = text, initcond = 'draft');

-- Only whole months are periods: days that no calendar has cannot close the view.
create function ops.whole_months(first_day text, last_day text) returns boolean
language sql immutable parallel safe as $$
    select
        case
            when
                first_day ~ '^20[0-9]{2}-(0[1-9]|1[0-2])-01$'
                and last_day ~ '^20[0-9]{2}-(0[1-9]|1[0-2])-[0-9]{2}$'
                then
                    last_day >= first_day
                    and last_day = to_char(
                        (left(last_day, 7) || '-01')::date + interval '1 month' - interval '1 day', 'YYYY-MM-DD'
                    )
            else false
        end
$$;

-- The state and since when it is that one: a step that changes nothing does not change the time either.
create function ops.next_since(so_far text[], step text, at timestamptz) returns text[]
language sql stable parallel safe as $$
    select
        case
            when ops.next_report_state(so_far[1], step) = so_far[1] then so_far
            else array[ops.next_report_state(so_far[1], step), at::text]
        end
$$;
create aggregate ops.report_since (text, timestamptz)(sfunc = ops.next_since, stype = _text, initcond = '{draft}');

create view ops.v_report_status as
select
    programme as programme_code,
    city as geography_code,
    period_start,
    period_end,
    ops.report_state(type order by received_at, record_version) as status,
    bool_or(type = 'narrative.submitted.v1') as has_narrative,
    coalesce(
        (ops.report_since(type, received_at order by received_at, record_version))[2]::timestamptz, min(received_at)
    ) as changed_at
from ops.v_period_steps
where city is not null and ops.whole_months(period_start, period_end)
group by programme, city, period_start, period_end;
grant select on ops.v_report_status to corridor_warehouse;
