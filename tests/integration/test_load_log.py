"""What the log can hold besides records, what it can lose, and reading it again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from confluent_kafka import Producer
from kafka import KafkaAdminClient, TopicPartition

from infra.settings import Settings
from ingestion.loading.backlog import Look
from ingestion.loading.finish import finish_load
from ingestion.loading.load import load_ranges
from ingestion.loading.plan import open_load
from ingestion.loading.problems import LoadError
from ingestion.loading.ranges import Range
from ingestion.loading.reread import open_requested_reread, open_reread
from ingestion.loading.source import batches, open_reader
from tests.integration.load_rig import Rig, accepted_event, rig


@pytest.fixture
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


@pytest.fixture(scope="module")
def old_loads(stack: Settings) -> Iterator[Rig]:
    """Records of last year are kept."""
    with rig(stack, partitions=1, retention_ms=-1) as made:
        yield made


def _transactional(loads: Rig) -> Producer:
    producer = Producer({"bootstrap.servers": loads.settings.kafka_bootstrap, "transactional.id": secrets.token_hex(4)})
    producer.init_transactions(30)
    return producer


def _delete_before(loads: Rig, offset: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=loads.settings.kafka_bootstrap)
    admin.delete_records({TopicPartition(loads.accepted, 0): offset})
    admin.close()


def test_transaction_markers_and_aborted_records__are_gaps(loads: Rig) -> None:
    producer = _transactional(loads)
    for number, commit in enumerate([True, False, True]):
        producer.begin_transaction()
        for each in range(3):
            producer.produce(loads.accepted, orjson.dumps(accepted_event(f"{number}-{each}")), partition=0)
        if commit:
            producer.commit_transaction(30)
        else:
            producer.flush(30)
            producer.abort_transaction(30)

    loads.load()

    assert loads.rows("select distinct left(id, 1) from raw.events order by 1") == [("0",), ("2",)]
    totals = loads.totals()
    assert (totals["offsets"], totals["rows_landed"], totals["gaps"]) == (12, 6, 6)
    assert loads.load() is None, "a log that ends with a marker is loaded to its end"


def test_open_transaction__is_waited_for_and_blocks_nobody(loads: Rig) -> None:
    loads.send(accepted_event("before"))
    producer = _transactional(loads)
    producer.begin_transaction()
    producer.produce(loads.accepted, orjson.dumps(accepted_event("within")), partition=0)
    producer.flush(30)
    loads.load()
    assert loads.rows("select id from raw.events") == [("before",)]

    producer.commit_transaction(30)
    loads.load()

    assert loads.rows("select id from raw.events order by id") == [("before",), ("within",)]


def test_expired_before_loading__is_recorded_and_the_rest_lands(loads: Rig) -> None:
    loads.send(accepted_event("loaded"))
    loads.load()
    loads.send(*(accepted_event(f"e{n}") for n in range(10)))
    _delete_before(loads, 5)

    loads.load()

    totals = loads.totals()
    assert (totals["offsets"], totals["rows_landed"], totals["expired"]) == (11, 7, 4)


def test_expired_between_plan_and_load__stops_that_load_and_not_the_next(loads: Rig) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(10)))
    plan = open_load(loads.settings, "run", loads.sources)
    assert plan is not None
    _delete_before(loads, 5)

    with pytest.raises(LoadError, match="the next load records it as expired"):
        load_ranges(loads.settings, plan.load_id, plan.ranges)
    loads.load()

    assert (loads.totals()["rows_landed"], loads.totals()["expired"]) == (5, 5)


def test_range_that_never_comes__is_given_up_with_a_sentence(loads: Rig) -> None:
    loads.send(accepted_event())
    reader = open_reader(loads.settings)
    try:
        with pytest.raises(LoadError, match=r"gave nothing more .* at offset 1 for 0 s"):
            list(batches(reader, Range("accepted", loads.accepted, 0, 0, 5), stalled_after=0.3))
    finally:
        reader.close()


def test_log_that_was_made_anew__is_refused_with_a_sentence(loads: Rig) -> None:
    loads.send(accepted_event())
    loads.load()
    loads.rows("update raw.load_offsets set next_offset = 99 returning 1")

    with pytest.raises(LoadError, match="this is another log"):
        loads.load()


def test_topic_missing__says_what_to_do(loads: Rig) -> None:
    with pytest.raises(LoadError, match="corridor topics apply"):
        open_load(loads.settings, "run", {"scratch.missing": "accepted"})


def test_reread__of_everything_changes_nothing(loads: Rig) -> None:
    loads.send(accepted_event("a"), accepted_event("a", content="other"), accepted_event("b"), b"no json")
    loads.load()
    before = loads.rows("select * from raw.events order by id")
    long_ago = datetime.now(UTC) - timedelta(days=1)

    plan = open_reread(loads.settings, "again", from_time=long_ago, sources=loads.sources)
    counts = load_ranges(loads.settings, plan.load_id, plan.ranges)
    outcome = finish_load(loads.settings, "again")

    assert plan.size == 4
    assert astuple(counts) == (0, 2, 1, 1, 0)
    assert outcome is not None
    assert loads.rows("select * from raw.events order by id") == before
    assert loads.number("select count(*) from raw.id_conflicts") == 1
    assert loads.number("select count(*) from raw.rejected_events") == 1
    assert loads.number("select max(next_offset) from raw.load_offsets") == 4
    assert loads.totals()["offsets"] == 4, "what is read again is not counted twice"


def test_reread__lands_what_an_earlier_loader_refused(loads: Rig) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(6)))
    loads.load()
    loads.rows("delete from raw.events where id in ('e2', 'e4') returning 1")
    loads.rows("delete from raw.event_identities where id in ('e2', 'e4') returning 1")

    plan = open_reread(loads.settings, "again", offsets={f"{loads.accepted}/0": 3}, sources=loads.sources)
    counts = load_ranges(loads.settings, plan.load_id, plan.ranges)

    assert astuple(counts) == (1, 2, 0, 0, 0)
    assert loads.rows("select kafka_offset from raw.events where id = 'e4'") == [(4,)]


@pytest.mark.parametrize(
    ("start", "until", "read"),
    [
        ("2025-03", None, [2, 3, 4]),
        ("2025-02", "2025-03", [1, 2, 3, 4]),
        ("2025-03", "2025-03-20T00:00:00Z", [2, 3]),
        ("2025-12", None, [6]),
        ("2025-03-31T23:59:59Z", "2025-04", [4, 5]),
        ("2024-01", None, []),
    ],
)
def test_reread__of_a_month(old_loads: Rig, start: str, until: str | None, read: list[int]) -> None:
    """A month is the one in which the gateway took the events, in UTC."""
    times = ["2025-01-31T23:59:59.999", "2025-02-28T23:59:59.999", "2025-03-01T00:00:00", "2025-03-10T00:00:00",
             "2025-03-31T23:59:59.999", "2025-04-01T00:00:00", "2025-12-31T23:59:59.999"]  # fmt: skip
    loads = old_loads
    if loads.number("select count(*) from raw.events") == 0:
        for number, time in enumerate(times):
            milliseconds = int(datetime.fromisoformat(f"{time}+00:00").timestamp() * 1000)
            value = orjson.dumps(accepted_event(f"e{number}"))
            loads.producer.produce(loads.accepted, value, partition=0, timestamp=milliseconds)
        assert loads.producer.flush(30) == 0
        loads.load()

    plan = open_requested_reread(loads.settings, "again", start, until, loads.sources)

    assert [offset for each in plan.ranges for offset in range(each.first, each.end)] == read


@pytest.mark.parametrize(
    ("start", "until", "sentence"),
    [
        ("yesterday", None, "cannot be read"),
        ("2026-03-01T00:00:00", None, "no zone"),
        ("2026-13", None, "cannot be read"),
        ("2026-03-01T00:00:00Z", "soon", "cannot be read"),
        ('{"nowhere/0": 3}', None, "No such topic partition"),
        ('{"x": ', None, "Offsets are written"),
    ],
)
def test_reread__asked_for_wrongly(loads: Rig, start: str, until: str | None, sentence: str) -> None:
    with pytest.raises(LoadError, match=sentence):
        open_requested_reread(loads.settings, "run", start, until)


def test_two_workers_with_the_same_ids__neither_deadlock_nor_double(loads: Rig) -> None:
    ids = [f"e{n}" for n in range(3_000)]
    loads.send(*(accepted_event(id_) for id_ in ids), partition=0)
    loads.send(*(accepted_event(id_) for id_ in reversed(ids)), partition=1)
    plan = open_load(loads.settings, "run", loads.sources)
    assert plan is not None

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda r: load_ranges(loads.settings, plan.load_id, [r]), plan.ranges))

    assert sum(counts.rows_landed for counts in both) == 3_000
    assert sum(counts.duplicates for counts in both) == 3_000
    assert loads.number("select count(*) from raw.events") == 3_000


def test_backlog__is_what_the_next_load_takes(loads: Rig) -> None:
    loads.send(*(accepted_event(f"e{n}") for n in range(7)))
    look = Look(loads.settings, loads.sources)
    try:
        before = look()
        loads.load()
        after = look()
    finally:
        look.close()

    assert (before.size, after.size) == (7, 0)
    assert after.covers(before.ends)
    assert not before.covers(before.ends)
