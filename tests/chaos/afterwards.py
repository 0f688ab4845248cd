"""What must be true when all faults are over: nothing lost, nothing doubled, nothing invented, every offset told."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg
from confluent_kafka import Consumer, TopicPartition

from infra.settings import Settings
from ingestion.topics import ACCEPTED, REJECTED
from tests.chaos.traffic import Partner

#: Columns that differ between two publications of the same figures.
_OF_ONE_PUBLICATION = ("publication_id", "published_at", "as_of", "updated_at")


def stored(settings: Settings) -> dict[tuple[str, str], dict[str, Any]]:
    """Every row of raw.events by identity. Fails if an identity has two."""
    with psycopg.connect(settings.dsn("owner")) as connection:
        rows = connection.execute("select source, id, operation, occurred_at, data from raw.events").fetchall()
    found = {(source, id_): {"operation": op, "at": at, "data": data} for source, id_, op, at, data in rows}
    assert len(found) == len(rows), f"{len(rows) - len(found)} events are stored twice"
    return found


def check_promises(settings: Settings, partners: list[Partner]) -> dict[str, int]:
    """Hold what partners were told against what is stored; returns counts for the report."""
    rows, counts = stored(settings), Counter[str]()
    with psycopg.connect(settings.dsn("owner")) as connection:
        conflicts = {
            (source, id_): data
            for source, id_, data in connection.execute("select source, id, data from raw.id_conflicts").fetchall()
        }
    sent = {(partner.source, id_) for partner in partners for id_ in partner.told}
    assert rows.keys() <= sent, f"never sent: {sorted(rows.keys() - sent)[:5]}"
    for partner in partners:
        for id_, told in partner.told.items():
            row = rows.get((partner.source, id_))
            counts["sent"] += 1
            counts["acknowledged"] += bool(told.ok)
            counts["unknown"] += not (told.ok or told.refused)
            counts["refused as reused"] += bool(told.refused)
            if row is None:
                assert not told.ok, f"lost: {partner.source} {id_}"
                counts["unknown, and not stored"] += 1
                continue
            kept = {c for c in told.sent if _is(partner.event(int(id_[1:]), c), row["data"])}
            assert kept, f"stored with other content: {partner.source} {id_}"
            for content in told.ok - kept:
                # Two contents of one id were both accepted while the memory of the gateway was lost.
                other = conflicts.get((partner.source, id_))
                assert other is not None, f"content {content} of {id_} vanished"
                counts["kept apart as reused"] += 1
    counts["stored"] = len(rows)
    return dict(counts)


def check_offsets(settings: Settings) -> int:
    """Every offset of both topics is accounted for, without gap or overlap; returns how many there are."""
    total = 0
    with psycopg.connect(settings.dsn("owner")) as connection:
        for topic, partition, end in _ends(settings.kafka_bootstrap):
            ranges = connection.execute(
                "select first_offset, next_offset from raw.load_ranges"
                " where topic = %s and kafka_partition = %s and not is_reread order by first_offset",
                (topic, partition),
            ).fetchall()
            at = 0
            for first, following in ranges:
                assert first == at, f"{topic} [{partition}]: offsets {at} to {first} are told of twice or not at all"
                at = following
            assert at == end, f"{topic} [{partition}]: loaded up to {at} of {end}"
            total += end
        sums = connection.execute(
            "select coalesce(sum(rows_landed), 0)::bigint, coalesce(sum(expired), 0)::bigint from raw.load_ranges"
            " where topic = %s",
            (ACCEPTED,),
        ).fetchone()
        rows = connection.execute("select count(*) from raw.events").fetchone()
    assert sums is not None
    assert rows is not None
    assert sums == (rows[0], 0)
    return total


def windows(settings: Settings) -> Counter[tuple[str, str, str, Any]]:
    """What the live counters say: events by programme, city, type and hour."""
    return _windows(
        settings, "select programme, city, type, hour_start, sum(events) from live.events_hourly group by 1, 2, 3, 4"
    )


def windows_by_hand(settings: Settings) -> Counter[tuple[str, str, str, Any]]:
    """The same, counted from what was loaded."""
    return _windows(
        settings,
        "select programme, coalesce(city, programme), type, date_trunc('hour', occurred_at), count(*)"
        " from raw.events where operation = 'create' group by 1, 2, 3, 4",
    )


def published(settings: Settings) -> set[tuple[Any, ...]]:
    """Every cell of the current publication with all that readers see, but for when it was made."""
    with psycopg.connect(settings.dsn("owner")) as connection:
        cursor = connection.execute("select * from results.indicator_results")
        names = [column.name for column in cursor.description or ()]
        kept = [place for place, name in enumerate(names) if name not in _OF_ONE_PUBLICATION]
        return {tuple(str(row[place]) for place in kept) for row in cursor}


def all_loaded(settings: Settings) -> bool:
    """True if the loads have reached the end of the log."""
    with psycopg.connect(settings.dsn("owner")) as connection:
        stored_offsets = {
            (topic, partition): at
            for topic, partition, at in connection.execute(
                "select topic, kafka_partition, next_offset from raw.load_offsets"
            )
        }
        is_open = connection.execute("select 1 from raw.loads where finished_at is null").fetchone()
    ends = _ends(settings.kafka_bootstrap)
    return is_open is None and all(stored_offsets.get((topic, p), 0) >= end for topic, p, end in ends)


def _windows(settings: Settings, query: str) -> Counter[tuple[str, str, str, Any]]:
    with psycopg.connect(settings.dsn("owner")) as connection:
        return Counter({tuple(row[:4]): int(row[4]) for row in connection.execute(query.encode()).fetchall()})


def _ends(bootstrap: str) -> list[tuple[str, int, int]]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "afterwards", "enable.auto.commit": False})
    try:
        known = consumer.list_topics(timeout=10).topics
        places = [(topic, number) for topic in (ACCEPTED, REJECTED) for number in known[topic].partitions]
        return [(t, n, consumer.get_watermark_offsets(TopicPartition(t, n), timeout=10)[1]) for t, n in places]
    finally:
        consumer.close()


def _is(event: dict[str, Any], data: dict[str, Any] | None) -> bool:
    """True if `data` is what was sent in `event`; a person stands there as a token."""
    sent = {name: value for name, value in event["data"].items() if name != "person_id"}
    return data is not None and sent == {name: value for name, value in data.items() if name != "person_token"}
