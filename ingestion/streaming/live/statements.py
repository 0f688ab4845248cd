"""The SQL that takes live counts: absolute values, so that writing one again changes nothing."""

from __future__ import annotations

from ingestion.streaming.live.cells import Kind

STAGE = """
create temporary table if not exists live_counts (
    kind text not null, programme text not null, name text not null, type text not null, start bigint not null,
    kafka_partition integer not null, events bigint not null, contacts bigint not null, late_events bigint not null,
    last_received bigint not null, last_offset bigint not null
) on commit delete rows"""

# A value that stands for an earlier offset never replaces a later one: neither a member that was paused and has lost
# its partition, nor a rebuild from the start of the log, takes a count back. Ordered, so that no two members deadlock.
UPSERTS: dict[Kind, str] = {
    "hour": """
insert into live.events_hourly as h (
    programme, city, type, hour_start, kafka_partition, events, contacts, late_events, last_received_at, last_offset
)
select programme, name, type, to_timestamp(start), kafka_partition, events, contacts, late_events,
    to_timestamp(last_received / 1e6), last_offset
from live_counts where kind = 'hour' order by programme, name, type, start, kafka_partition
on conflict (programme, city, type, hour_start, kafka_partition) do update set
    events = excluded.events, contacts = excluded.contacts, late_events = excluded.late_events,
    last_received_at = excluded.last_received_at, last_offset = excluded.last_offset, updated_at = clock_timestamp()
where h.last_offset <= excluded.last_offset""",
    "minute": """
insert into live.events_minutely as m (
    minute_start, programme, city, type, kafka_partition, events, contacts, last_received_at, last_offset
)
select to_timestamp(start), programme, name, type, kafka_partition, events, contacts,
    to_timestamp(last_received / 1e6), last_offset
from live_counts where kind = 'minute' order by start, programme, name, type, kafka_partition
on conflict (minute_start, programme, city, type, kafka_partition) do update set
    events = excluded.events, contacts = excluded.contacts,
    last_received_at = excluded.last_received_at, last_offset = excluded.last_offset, updated_at = clock_timestamp()
where m.last_offset <= excluded.last_offset""",
    "partner": """
insert into live.partner_heartbeat as p (
    partner, programme, bucket_start, kafka_partition, records, last_received_at, last_offset
)
select name, programme, to_timestamp(start), kafka_partition, events, to_timestamp(last_received / 1e6), last_offset
from live_counts where kind = 'partner' order by name, programme, start, kafka_partition
on conflict (partner, programme, bucket_start, kafka_partition) do update set
    records = excluded.records, last_received_at = excluded.last_received_at,
    last_offset = excluded.last_offset, updated_at = clock_timestamp()
where p.last_offset <= excluded.last_offset""",
}

PROGRESS = """
insert into live.progress as p (kafka_partition, next_offset, end_offset, last_received_at)
values (%s, %s, %s, to_timestamp(nullif(%s, 0) / 1e6))
on conflict (kafka_partition) do update set
    next_offset = excluded.next_offset, end_offset = excluded.end_offset,
    last_received_at = coalesce(excluded.last_received_at, p.last_received_at), updated_at = clock_timestamp()
where p.next_offset <= excluded.next_offset"""

PARTNERS = """
insert into live.partners as p (partner, programme, kafka_partition, last_received_at)
select name, programme, kafka_partition, max(to_timestamp(last_received / 1e6))
from live_counts where kind = 'partner'
group by 1, 2, 3 order by 1, 2, 3
on conflict (partner, programme, kafka_partition) do update set
    last_received_at = greatest(p.last_received_at, excluded.last_received_at)"""

TYPES = """
insert into live.event_types as t (type, counts_contacts, small_below) values (%s, %s, %s)
on conflict (type) do update set counts_contacts = excluded.counts_contacts, small_below = excluded.small_below
where (t.counts_contacts, t.small_below) <> (excluded.counts_contacts, excluded.small_below)"""

SWEEPS = (
    "delete from live.events_minutely where minute_start < now() - make_interval(secs => %s)",
    "delete from live.partner_heartbeat where bucket_start < now() - make_interval(secs => %s)",
)
