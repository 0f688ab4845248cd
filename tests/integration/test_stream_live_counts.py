"""Live counters equal an independent count, whatever is delivered again and whoever is killed."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata
from psycopg import sql

from infra.settings import Settings
from ingestion.streaming.live.application import application, identities
from ingestion.streaming.live.reconcile import compare
from tests.integration.load_rig import Rig, accepted_event, rig
from tests.support import wait_for

#: A member in a process of its own, as the service runs it.
_MEMBER = """
import sys
from pathlib import Path
from infra.settings import Settings
from ingestion.streaming.live.application import application, identities
state, topic, member = sys.argv[1:]
settings, state_dir = Settings.load(), Path(state)
with identities(settings, state_dir, member) as seen:
    application(
        settings, seen, topic=topic, group=topic, state_dir=state_dir, member=member, commit_interval=0.3
    ).run()
"""

Totals = Counter[tuple[str, str, str, datetime]]

#: Of the types that are sent here, the one of which an event is a contact.
CONTACT = "clinic.visit.v1"


@pytest.fixture
def streams(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


def _count(streams: Rig, state: Path, group: str = "") -> None:
    """Run the application in this process until nothing has come for two seconds."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with identities(streams.settings, state) as seen:
            application(
                streams.settings,
                seen,
                topic=streams.accepted,
                group=group or streams.accepted,
                state_dir=state,
                commit_interval=0.3,
            ).run(timeout=2, collect=False)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _member(streams: Rig, state: Path, member: str = "0") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-c", _MEMBER, str(state), streams.accepted, member]
    with (state / f"{member}.log").open("ab") as log:
        return subprocess.Popen(command, stderr=log, env=streams.environment())


def _live(streams: Rig) -> Totals:
    return Counter({
        tuple(row[:4]): int(row[4])
        for row in streams.rows(
            "select programme, city, type, hour_start, sum(events) from live.events_hourly group by 1, 2, 3, 4"
        )
    })  # fmt: skip


def _expected(events: list[dict[str, Any]]) -> Totals:
    """The same by hand: first sight of each identity if it creates something, by hour of event time."""
    seen: set[tuple[str, str]] = set()
    totals: Totals = Counter()
    for event in events:
        identity = event["source"], event["id"]
        is_first = identity not in seen
        seen.add(identity)
        if event["operation"] == "create" and is_first:
            hour = datetime.fromisoformat(event["time"]).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            totals[event["programme"], event["city"] or event["programme"], event["type"], hour] += 1
    return totals


def _events(number: int) -> list[dict[str, Any]]:
    """Various programmes, places, types, hours and years; each tenth is sent twice; some correct or void."""
    events = []
    for n in range(number):
        events.append(
            accepted_event(
                f"e{n}",
                programme=("SIM", "CM", "OPS")[n % 3],
                city=("ARUA", "JINJA", None)[n % 7 % 3],
                type=("arrival.counted.v1", "clinic.visit.v1")[n % 2],
                time=f"{2021 + n % 5}-03-01T{n % 24:02}:59:59.9+03:00",
                operation="correct" if n % 11 == 0 else "void" if n % 13 == 0 else "create",
            )
        )
        if n % 10 == 0:
            events.append(events[-1])
    return events


def _send(streams: Rig, events: list[dict[str, Any]]) -> None:
    """By subject, as the gateway does: versions of one record stay in one partition."""
    for partition in (0, 1):
        streams.send(*(e for e in events if hash(e["subject"]) % 2 == partition), partition=partition)


def test_counts__equal_a_count_by_hand(streams: Rig, tmp_path: Path) -> None:
    events = _events(600)
    _send(streams, events)
    streams.send(b"no json", b'{"operation": "create"}', None, partition=0)

    _count(streams, tmp_path)

    assert _live(streams) == _expected(events)


def test_contacts__stand_beside_events(streams: Rig, tmp_path: Path) -> None:
    _send(streams, _events(200))

    _count(streams, tmp_path)

    rows = streams.rows("select type, sum(events), sum(contacts) from live.events_hourly group by 1")
    assert {type_: contacts == (events if type_ == CONTACT else 0) for type_, events, contacts in rows} == {
        CONTACT: True, "arrival.counted.v1": True,
    }  # fmt: skip


def test_minutes_and_partners__are_of_the_last_two_days(streams: Rig, tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    ages = {"a": 90, "b": 150, "c": 150, "d": 3_600 * 47, "e": 3_600 * 49}
    events = [
        accepted_event(name, time=(now - timedelta(seconds=age)).isoformat(), receivedat=now.isoformat())
        for name, age in ages.items()
    ]
    streams.send(*events, events[0], accepted_event("f", time=now.isoformat(), timeprecision="day"))

    _count(streams, tmp_path)

    minutes = Counter((now - timedelta(seconds=ages[name])).replace(second=0) for name in "abcd")
    rows = streams.rows("select minute_start, sum(events) from live.events_minutely group by 1")
    assert dict(rows) == dict(minutes)
    heard = streams.rows("select partner, last_received_at, records_last_hour from live.v_partner_heartbeat")
    assert heard == [("test", now, 6)]
    assert streams.rows("select records_waiting, last_received_at from live.v_stream_lag") == [(0, now)]


def test_readers__see_no_small_hour_and_no_minute(streams: Rig, tmp_path: Path) -> None:
    for type_, number in (("clinic.visit.v1", 9), ("arrival.counted.v1", 5), ("forum.held.v1", 4), ("un.known.v1", 9)):
        streams.send(*(accepted_event(f"{type_} {n}", type=type_) for n in range(number)))

    _count(streams, tmp_path)

    with psycopg.connect(streams.settings.dsn("reader"), autocommit=True) as reader:
        seen = reader.execute("select type, events, contacts, is_hidden, standing from live.v_events_hourly").fetchall()
        assert {row[0]: row[1:4] for row in seen} == {
            "clinic.visit.v1": (None, None, True), "arrival.counted.v1": (5, 0, False),
            "forum.held.v1": (None, None, True), "un.known.v1": (None, None, True),
        }  # fmt: skip
        assert {row[4] for row in seen} == {"provisional: as received, without corrections"}
        for table in ("events_minutely", "events_hourly", "partner_heartbeat", "reconciliation_cells"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f"select from live.{table}".encode())


def test_loads_caught_up__agree_with_the_counters(streams: Rig, tmp_path: Path) -> None:
    events = _events(400)
    _send(streams, events[:300])
    _count(streams, tmp_path)

    assert compare(streams.settings, streams.accepted, patience=0) == []
    waiting = streams.rows("select partitions, waiting_for_loads, cells from ops.v_live_reconciliations")
    assert waiting == [(2, 2, 0)]

    # More is loaded than counted: what lies behind the counters is left out.
    _send(streams, events[300:])
    streams.load()
    assert compare(streams.settings, streams.accepted) == []
    _count(streams, tmp_path)
    assert compare(streams.settings, streams.accepted) == []
    last = streams.rows("select * from ops.v_live_reconciliations order by reconciliation_id")[-1]
    assert last[2:4] == (2, 0)
    assert last[6] == last[7] == _expected(events).total()


def test_comparison__waits_until_what_is_counted_is_loaded(streams: Rig, tmp_path: Path) -> None:
    events = _events(200)
    _send(streams, events)
    _count(streams, tmp_path)
    late = threading.Timer(1.5, streams.load)
    late.start()

    assert compare(streams.settings, streams.accepted, patience=60) == []

    late.join()
    assert streams.rows("select waiting_for_loads, raw_events from ops.v_live_reconciliations") == [
        (0, _expected(events).total())
    ]


def test_identity_in_two_partitions__is_shown_as_a_difference(streams: Rig, tmp_path: Path) -> None:
    event = accepted_event("e1")
    streams.send(event, accepted_event("e2"), partition=0)
    streams.send(event, partition=1)
    _count(streams, tmp_path)
    streams.load()

    differing = compare(streams.settings, streams.accepted)

    assert [(cell.city, cell.live_events, cell.raw_events) for cell in differing] == [("ARUA", 1, 0)]
    shown = streams.rows("select city, difference from ops.v_live_reconciliation")
    assert shown == [("ARUA", 1)]


def test_replayed_by_another_group__gives_the_same(streams: Rig, tmp_path: Path) -> None:
    events = _events(300)
    _send(streams, events)
    _count(streams, tmp_path / "one")
    everything = (
        "select programme, city, type, hour_start, kafka_partition, events, contacts, late_events, last_received_at,"
        " last_offset from live.events_hourly order by 1, 2, 3, 4, 5"
    )
    once = streams.rows(everything)
    streams.owner.execute("truncate live.events_hourly, live.progress")

    _count(streams, tmp_path / "two", group=f"{streams.accepted}-again")

    assert streams.rows(everything) == once


def test_delivered_again__nothing_changes(streams: Rig, tmp_path: Path) -> None:
    events = _events(200)
    _send(streams, events)
    _count(streams, tmp_path)
    once = streams.rows("select * from live.events_hourly order by 1, 2, 3, 4, 5")
    _send(streams, events)
    _rewind(streams)

    _count(streams, tmp_path)

    assert streams.rows("select * from live.events_hourly order by 1, 2, 3, 4, 5") == once


def test_state_lost__is_brought_back_from_the_changelog(
    streams: Rig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    events = _events(300)
    _send(streams, events[:200])
    _count(streams, tmp_path / "one")
    _send(streams, events[200:])

    logging.getLogger("quixstreams").addHandler(caplog.handler)
    try:
        _count(streams, tmp_path / "two")
    finally:
        logging.getLogger("quixstreams").removeHandler(caplog.handler)

    assert _live(streams) == _expected(events)
    assert "TTL" not in caplog.text, "Quix Streams takes what we keep for values with an expiry stamp"


def test_late_events__are_counted_in_their_hour_and_as_late(streams: Rig, tmp_path: Path) -> None:
    received = "2026-03-01T12:00:00Z"
    times = {
        "in the hour": "2026-03-01T11:59:59Z",
        "within the grace": "2026-03-01T10:00:00Z",
        "too late": "2026-03-01T09:59:59Z",
        "years": "2019-01-01T00:00:00Z",
    }
    streams.send(*(accepted_event(name, time=time, receivedat=received) for name, time in times.items()))

    _count(streams, tmp_path)

    rows = streams.rows("select hour_start, events, late_events from live.events_hourly order by 1")
    assert [(row[0].hour, *row[1:]) for row in rows] == [(0, 1, 1), (9, 1, 1), (10, 1, 0), (11, 1, 0)]


def test_killed_and_rescaled__each_event_is_counted_once(streams: Rig, tmp_path: Path) -> None:
    events = _events(3_000)
    _send(streams, events[:1_000])
    first = _member(streams, tmp_path, "0")
    members = [first]
    try:
        wait_for(lambda: _live(streams).total() > 100, 60, "the first member to count")
        _send(streams, events[1_000:2_000])
        first.kill()
        members += [_member(streams, tmp_path, "0"), _member(streams, tmp_path, "1")]
        _send(streams, events[2_000:])

        wait_for(lambda: _live(streams) == _expected(events), 90, "two members to count everything once")
    finally:
        for member in members:
            member.terminate()
        codes = [member.wait(30) for member in members]
    assert codes == [-signal.SIGKILL, 0, 0]
    assert _live(streams) == _expected(events)


def test_postgres_away__counting_goes_on_when_it_is_back(streams: Rig, tmp_path: Path) -> None:
    events = _events(400)
    _send(streams, events[:200])
    member = _member(streams, tmp_path)
    try:
        wait_for(lambda: _live(streams) == _expected(events[:200]), 60, "the first half to be counted")
        _open_database(streams, False)
        _send(streams, events[200:])
        wait_for(lambda: "does not take the live counts" in (tmp_path / "0.log").read_text(), 30, "an outage")
        _open_database(streams, True)

        wait_for(lambda: _live(streams) == _expected(events), 60, "the second half to be counted")
    finally:
        member.terminate()
        assert member.wait(30) == 0


def _rewind(streams: Rig) -> None:
    admin = KafkaAdminClient(bootstrap_servers=streams.settings.kafka_bootstrap)
    start = {TopicPartition(streams.accepted, partition): OffsetAndMetadata(0, "", -1) for partition in (0, 1)}
    answers = admin.alter_group_offsets(streams.accepted, start)
    admin.close()
    assert {answer.__name__ for answer in answers.values()} == {"NoError"}


def _open_database(streams: Rig, is_open: bool) -> None:
    name = streams.settings.warehouse_database
    with psycopg.connect(streams.settings.admin_dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("alter database {} allow_connections {}").format(sql.Identifier(name), is_open))
        if not is_open:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = %s and usename = 'corridor_streaming'",
                [name],
            )
