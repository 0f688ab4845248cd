-- Days as the events write them: a year that Postgres does not know, sent by one city, must not close the pages of all.
-- A step that was taken back afterwards is none.
drop view ops.v_period_steps;
create view ops.v_period_steps as
select
    e.programme,
    e.city,
    e.type,
    e.subject,
    e.source,
    e.id,
    e.record_version,
    e.received_at,
    e.data -> 'period' ->> 'start' as period_start,
    e.data -> 'period' ->> 'end' as period_end,
    e.data ->> 'as_of' as as_of,
    e.data ->> 'comment' as comment,
    e.data ->> 'text' as narrative,
    e.data ->> 'language' as language
from raw.events as e
where
    e.type in ('report.submitted.v1', 'report.returned.v1', 'report.validated.v1', 'narrative.submitted.v1')
    and e.operation <> 'void'
    and not exists (
        select from raw.events as v
        where
            v.type = e.type
            and v.programme = e.programme
            and v.source = e.source
            and v.subject = e.subject
            and v.operation = 'void'
            and v.received_at >= e.received_at
    );
grant select on ops.v_period_steps to corridor_gateway;
