-- Each login gets what its step needs, and no more. Readers see results, live views and views of ops only.
grant usage on schema ops to corridor_gateway, corridor_loader, corridor_warehouse, corridor_reader;
grant select on ops.api_keys to corridor_gateway;

grant usage on schema live to corridor_streaming, corridor_reader;
grant select, insert, update on live.events_hourly to corridor_streaming;
grant select on live.v_events_hourly to corridor_reader;

grant usage on schema raw to corridor_loader, corridor_warehouse;
grant select, insert, update on raw.load_offsets, raw.loads, raw.load_ranges to corridor_loader;
grant select, insert on raw.events, raw.event_identities, raw.id_conflicts, raw.rejected_events to corridor_loader;
grant execute on function raw.ensure_event_partitions(integer) to corridor_loader;
do $$
begin
    execute format('grant temporary on database %I to corridor_loader, corridor_warehouse', current_database());
end
$$;

grant select on all tables in schema raw to corridor_warehouse;
grant all on schema warehouse, candidate to corridor_warehouse;
grant usage on schema published, results to corridor_warehouse;
grant select, insert on published.indicator_results to corridor_warehouse;
grant update (valid_to_publication) on published.indicator_results to corridor_warehouse;
grant select on results.indicator_results to corridor_warehouse;
grant select, insert, update on all tables in schema ops to corridor_warehouse;
revoke all on ops.api_keys from corridor_warehouse;

grant usage on schema results to corridor_reader, bi_programme, bi_steering, bi_engineer;
grant select on results.indicator_results to corridor_reader, bi_programme, bi_steering, bi_engineer;
grant usage on schema results_exact to bi_steering;
grant select on results_exact.indicator_results to bi_steering;
grant usage on schema ops, live to bi_programme, bi_steering, bi_engineer;
grant select on ops.v_publications, ops.v_publication_watermark, ops.v_audit_results, ops.v_builds, ops.v_loads
to corridor_reader, bi_programme, bi_steering, bi_engineer;
grant select on ops.v_city_gate, ops.v_dbt_results to corridor_reader, bi_engineer;
grant select on live.v_events_hourly to bi_programme, bi_steering, bi_engineer;
grant select on live.events_hourly to bi_engineer;
