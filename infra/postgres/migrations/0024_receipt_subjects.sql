-- The record of which an event tells: people know it, and not the id that a file's row was given.
create or replace view ops.v_receipt_events as
with seen as (
    select
        c.publication_id,
        c.watermark_load_id,
        (
            select max(b.finished_at) from ops.builds as b
            where b.state in ('published', 'unchanged')
        ) as built_at
    from ops.current_publication as c
)

select
    e.receipt,
    e.partner,
    e.receipt_index,
    1 as rank,
    case
        when g.state = 'held' and e.load_id > coalesce(g.admitted_to_load, 0) then 'held'
        when
            s.publication_id is not null and e.load_id <= s.watermark_load_id and e.programme <> 'OPS'
            -- A city that was let in again since the last build is not yet in the facts.
            and (g.state is null or g.state = 'held' or g.updated_at <= s.built_at)
            then 'published'
        else 'landed'
    end as status,
    e.id,
    null as code,
    null as pointer,
    case when g.state = 'held' and e.load_id > coalesce(g.admitted_to_load, 0) then g.reason end as detail,
    e.city,
    e.load_id,
    e.subject
from raw.events as e
cross join seen as s
left join ops.city_gate as g on e.programme = g.programme and coalesce(e.city, '') = g.city
union all
select
    receipt,
    partner,
    receipt_index,
    2 as rank,
    'id_reused' as status,
    id,
    'id_reused' as code,
    '/id' as pointer,
    null as detail,
    city,
    load_id,
    subject
from raw.id_conflicts
union all
select
    receipt,
    partner,
    receipt_index,
    3 as rank,
    'rejected' as status,
    event_id as id,
    code,
    pointer,
    detail,
    city,
    load_id,
    null as subject
from raw.rejected_events
union all
select
    receipt,
    partner,
    receipt_index,
    4 as rank,
    'duplicate' as status,
    id,
    null as code,
    null as pointer,
    null as detail,
    null as city,
    load_id,
    null as subject
from raw.duplicate_events;
