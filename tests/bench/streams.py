"""The live counters: one process with a million events waiting, kill -9, a second member, and how late they are.

Kafka, Postgres and what measures share the machine. Every course ends with a comparison with a count by hand.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import KafkaError, Message, Producer

from ingestion.topics import ACCEPTED
from tests.bench.bars import Bar
from tests.bench.streams_events import RATE, Backlog, Hours, fill
from tests.bench.streams_members import Watch, folder_mb, highest_rss, seconds_until, start
from tests.own_stack import OwnStack, own_stack

BARS = {
    "live counters, a million waiting: rate of one process": Bar("events/s", at_least=9_000),
    "live counters, a million waiting: memory (RSS)": Bar("MB", at_most=250),
    "live counters, kill -9: committed output again after": Bar("s", at_most=10),
    "live counters, second member: counts its share after": Bar("s", at_most=15),
    "live counters: cells of an hour that are not as counted by hand": Bar("", at_most=0),
    "live counters, 500 events/s: accepted to live, p95": Bar("s", at_most=2),
}


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and how they were got. `quick` takes a tenth of the events."""
    waiting, seconds = (100_000, 10.0) if quick else (1_000_000, 30.0)
    figures: dict[str, float] = {}
    how: dict[str, Any] = {"events waiting": waiting}
    with own_stack() as stack:
        watch, backlog = Watch(stack), Backlog(1_847)
        try:
            fill(stack.settings.kafka_bootstrap, backlog.batch(waiting))
            figures |= _calm(stack, watch, how)
            wrong = _wrong(watch, backlog)
            fill(stack.settings.kafka_bootstrap, backlog.batch(waiting))
            figures |= _disturbed(stack, watch, how)
            wrong += _wrong(watch, backlog)
            figures |= _late(stack, watch, backlog, seconds, how)
            wrong += _wrong(watch, backlog)
        finally:
            watch.close()
    figures["live counters: cells of an hour that are not as counted by hand"] = wrong
    return figures, how


def _calm(stack: OwnStack, watch: Watch, how: dict[str, Any]) -> dict[str, float]:
    ends = watch.ends()
    began = time.monotonic()
    member = start(stack, "0")
    try:
        with highest_rss(member.process.pid) as peak:
            seconds_until(lambda: sum(watch.committed().values()) > 0)
            first, since = sum(watch.committed().values()), time.monotonic()
            seconds_until(lambda: _reached(watch.committed(), ends), 300)
            rate = (sum(ends.values()) - first) / (time.monotonic() - since)
            how["calm"] = {
                "from start to end, s": time.monotonic() - began,
                "start, s": since - began,
                "state on disk, MB": folder_mb(stack.settings.home / "streaming" / "live"),
                "changelog in Kafka, MB": sum(
                    folder_mb(path) for path in (stack.settings.home / "kafka").rglob("changelog__*") if path.is_dir()
                ),
            }
    finally:
        member.stop()
    return {
        "live counters, a million waiting: rate of one process": rate,
        "live counters, a million waiting: memory (RSS)": peak[0],
    }


def _disturbed(stack: OwnStack, watch: Watch, how: dict[str, Any]) -> dict[str, float]:
    """A kill after a quarter of the backlog, a second member after half of it."""
    before, ends = sum(watch.committed().values()), watch.ends()
    total = sum(ends.values()) - before
    members = [start(stack, "0")]
    try:
        seconds_until(lambda: sum(watch.committed().values()) > before + total / 4)
        members.pop().kill()
        at = watch.committed()
        members.append(start(stack, "0"))
        again = seconds_until(lambda: watch.committed() != at)
        seconds_until(lambda: sum(watch.committed().values()) > before + total / 2)
        members.append(start(stack, "1"))
        joined = seconds_until(lambda: len(shares := watch.shares()) == 2 and all(len(each) == 2 for each in shares))
        at = watch.committed()
        counting = joined + seconds_until(
            lambda: all(now > at[partition] or now == ends[partition] for partition, now in watch.committed().items())
        )
        left = sum(ends.values()) - sum(watch.committed().values())
        how["disturbed"] = {"second member has its share after, s": joined, "events left when it counted": left}
        seconds_until(lambda: _reached(watch.committed(), ends), 300)
    finally:
        for member in members:
            member.stop()
    return {
        "live counters, kill -9: committed output again after": again,
        "live counters, second member: counts its share after": counting,
    }


def _late(stack: OwnStack, watch: Watch, backlog: Backlog, seconds: float, how: dict[str, Any]) -> dict[str, float]:
    """From just before an event goes to the log until Postgres shows a count that holds it."""
    sent: dict[int, dict[int, float]] = {partition: {} for partition in watch.ends()}
    late: list[float] = []
    producer = Producer({"bootstrap.servers": stack.settings.kafka_bootstrap, "acks": "all", "linger.ms": 1})

    def note(error: KafkaError | None, message: Message, at: float) -> None:
        assert error is None, error
        sent[message.partition() or 0][message.offset() or 0] = at

    def look() -> None:
        producer.poll(0)
        written, now = watch.written(), time.monotonic()
        for partition, events in sent.items():
            for offset in [offset for offset in events if offset < written.get(partition, 0)]:
                late.append(now - events.pop(offset))

    member = start(stack, "0")
    try:
        ends = watch.ends()
        first = backlog.make(datetime.now(UTC))
        producer.produce(ACCEPTED, first[1], key=first[0])
        producer.flush(10)
        seconds_until(lambda: sum(watch.written().values()) > sum(ends.values()))
        began, number = time.monotonic(), 0
        while (now := time.monotonic()) < began + seconds:
            for _ in range(int((now - began) * RATE) - number):
                key, value = backlog.make(datetime.now(UTC))
                at = time.monotonic()
                producer.produce(
                    ACCEPTED, value, key=key, on_delivery=lambda error, message, at=at: note(error, message, at)
                )
                number += 1
            look()
            time.sleep(0.01)
        producer.flush(10)
        while any(sent.values()):
            assert time.monotonic() < began + seconds + 60, "not all events were counted"
            look()
            time.sleep(0.01)
    finally:
        member.stop()
    late.sort()
    assert len(late) == number
    how["late"] = {"events": number, "p50, s": late[number // 2], "worst, s": late[-1]}
    return {"live counters, 500 events/s: accepted to live, p95": late[int(number * 0.95)]}


def _reached(now: dict[int, int], ends: dict[int, int]) -> bool:
    return all(now[partition] >= end for partition, end in ends.items())


def _wrong(watch: Watch, backlog: Backlog) -> int:
    """Cells that differ from the count by hand."""
    counted: Hours = watch.hours()
    expected = backlog.hours
    return sum(counted.get(cell) != expected.get(cell) for cell in counted.keys() | expected.keys())
