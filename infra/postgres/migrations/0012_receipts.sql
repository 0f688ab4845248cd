-- Which request each event came with, and what became of it.
alter table raw.events add column receipt text, add column receipt_index integer;
alter table raw.id_conflicts add column receipt text, add column receipt_index integer;
alter table raw.rejected_events add column receipt text, add column receipt_index integer;
comment on column raw.events.receipt is
'First 26 characters of the receipt id; the rest of the id counts its events and is signed.';
comment on column raw.events.receipt_index is 'Place of the event within its request or file, from 0.';

-- Receipts begin with their time, so what belongs together lies together: a few kilobytes find it.
create index events_receipt_idx on raw.events using brin (receipt) with (pages_per_range = 64, autosummarize = on);
create index on raw.id_conflicts (receipt, receipt_index) where receipt is not null;
create index on raw.rejected_events (receipt, receipt_index) where receipt is not null;

-- What was loaded last is not yet in that index and would be read whole; the loader owns no index, so it calls this.
create function raw.summarize_receipts() returns void
language plpgsql security definer set search_path = raw, pg_temp
-- Shorter than deadlock_timeout, after which Postgres would end an autovacuum that stands in the way.
set lock_timeout = '200ms' as $$
declare
    part regclass;
begin
    for part in
        select x.indexrelid
        from pg_inherits as h inner join pg_index as x on h.inhrelid = x.indexrelid
        where
            h.inhparent = 'raw.events_receipt_idx'::regclass
            and x.indrelid in (
                to_regclass(format('raw.events_%s', to_char(now() at time zone 'UTC', 'YYYY_MM'))),
                to_regclass(format('raw.events_%s', to_char(now() at time zone 'UTC' - interval '1 day', 'YYYY_MM')))
            )
    loop
        perform brin_summarize_new_values(part);
    end loop;
exception
    when lock_not_available then
        null;  -- the next load tries again
end
$$;
grant execute on function raw.summarize_receipts() to corridor_loader;

-- The same identity with the same content, once more: only that it came, and with which receipt.
create table raw.duplicate_events (
    topic text not null,
    kafka_partition integer not null,
    kafka_offset bigint not null,
    source text not null,
    id text not null,
    partner text not null,
    receipt text,
    receipt_index integer,
    load_id bigint not null,
    loaded_at timestamptz not null default now(),
    primary key (topic, kafka_partition, kafka_offset)
);
create index on raw.duplicate_events (receipt, receipt_index) where receipt is not null;
grant select, insert on raw.duplicate_events to corridor_loader;
grant select on raw.duplicate_events to corridor_warehouse;

-- What a receipt shows of each event that has been loaded: never its data. An event that Kafka holds twice stands
-- here twice, the better news with the lower rank. Published: the facts behind what readers see include it.
create view ops.v_receipt_events as
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
    e.load_id
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
    load_id
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
    load_id
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
    load_id
from raw.duplicate_events;
grant select on ops.v_receipt_events to corridor_gateway;
grant select on ops.v_publications to corridor_gateway;
