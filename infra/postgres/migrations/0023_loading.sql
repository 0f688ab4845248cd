-- Loads write each event once and keep only the indexes of raw.events that are asked for. Events are found by load
-- (audits, builds), by receipt, and targets by their type; by source and id they are found through the ledger, whose
-- load_id leads to them.
drop index raw.events_source_id_idx;
drop index raw.events_type_programme_idx;
drop index raw.events_load_id_idx;
create index events_targets_idx on raw.events (programme, source, subject) where type = 'target.set.v1';
-- One load is open at a time and none begins before the last has ended, so that a load's events lie together.
create index events_load_idx on raw.events using brin (load_id) with (pages_per_range = 64, autosummarize = on);

-- What was loaded last is not yet in these indexes and would be read whole; the loader owns no index, so it calls this.
drop function raw.summarize_receipts();
create function raw.summarize_new_events() returns void
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
            h.inhparent in ('raw.events_receipt_idx'::regclass, 'raw.events_load_idx'::regclass)
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
grant execute on function raw.summarize_new_events() to corridor_loader;
