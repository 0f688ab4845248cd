"""The intake from partners' own producers: one process with a million events waiting, kill -9, a second member.

Broker, Postgres, the stream and what measures share the machine. Afterwards every record is looked for by its id.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from ingestion.intake_partners import Connection
from ingestion.partner_client.corridor_client import seal
from ingestion.streaming.intake.application import GROUP
from ingestion.topics import ACCEPTED, REJECTED
from tests.bench.bars import Bar
from tests.bench.streams_members import highest_rss, seconds_until
from tests.intakes import IntakeRig, producer
from tests.own_stack import own_stack

PARTITIONS = 4
#: One event in so many holds a plain identifier and is refused.
REFUSED_EVERY = 500

BARS = {
    "intake, a million waiting: rate of one process": Bar("events/s", at_least=18_000),
    "intake, a million waiting: memory (RSS)": Bar("MB", at_most=250),
    "intake, kill -9: committed output again after": Bar("s", at_most=10),
    "intake, second member: has its share after": Bar("s", at_most=15),
    "intake: records that were routed twice": Bar("", at_most=0),
    "intake: records that were lost or routed wrongly": Bar("", at_most=0),
    "intake: taken over, then unreadable after": Bar("s", at_most=60),
    "intake: taken over, then gone from the disk after": Bar("s", at_most=60),
}


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and how they were got. `quick` takes a tenth of the events."""
    waiting = 100_000 if quick else 1_000_000
    figures: dict[str, float] = {}
    how: dict[str, Any] = {"events waiting": waiting}
    with own_stack() as stack:
        rig = IntakeRig(stack.settings, stack.broker, stack.folder)
        made = rig.add("bench", partitions=PARTITIONS)
        try:
            _write(made, 0, waiting)
            figures |= _calm(rig, made, how)
            _write(made, waiting, waiting + waiting // 2)
            figures |= _disturbed(rig, made)
            written = waiting + waiting // 2
            figures |= _gone(rig, made)
            figures |= _outcome(rig, written)
            how["sealed identifiers: rate, events/s"] = _sealed(rig, made, written, waiting // 20)
        finally:
            rig.stop()
    return figures, how


def _write(made: Connection, first: int, end: int) -> None:
    """Registrations and counts of arrivals, of about 400 bytes."""
    to = producer(made, **{"linger.ms": 20, "compression.type": "lz4", "queue.buffering.max.messages": 1_000_000})
    for number in range(first, end):
        to.produce(made.topic, _value(number), key=b"%d" % number)
        if number % 5_000 == 0:
            to.poll(0)
    assert to.flush(60) == 0


def _value(number: int) -> bytes:
    head = (
        b'{"specversion":"1.0","id":"e%d","source":"urn:bench:desk-1","subject":"r%d",'
        b'"time":"2026-03-02T09:15:00+03:00","city":"ADAMA","programme":"SIM",' % (number, number)
    )
    if number % 3 == 0:
        return head + (
            b'"type":"arrival.counted.v1","data":{"direction":"in","count":%d,"place_name":"north gate",'
            b'"estimate":false}}' % (number % 90)
        )
    person = b'"person_id":"AD-%d"' if _is_refused(number) else b'"person_token":"tok1_k1_%043d"'
    return head + (
        b'"type":"person.registered.v1","data":{' + person % number + b',"sex":"female","age_band":"25-34",'
        b'"status":"idp","registration_type":"new","household_size":4,"desk":"north"}}'
    )


def _is_refused(number: int) -> bool:
    return number % REFUSED_EVERY == 1 and number % 3 != 0


def _calm(rig: IntakeRig, made: Connection, how: dict[str, Any]) -> dict[str, float]:
    began = time.monotonic()
    rig.start("0", every=10)
    with highest_rss(rig.processes[0].pid) as peak:
        end = _end(rig, made)
        seconds_until(lambda: _taken(rig, made) > 0)
        first, since = _taken(rig, made), time.monotonic()
        while _taken(rig, made) < end:
            time.sleep(0.25)  # looking costs the machine something too
        took = time.monotonic() - since
    how["calm"] = {"start, s": since - began, "from start to end, s": time.monotonic() - began}
    rig.stop()
    return {
        "intake, a million waiting: rate of one process": (end - first) / took,
        "intake, a million waiting: memory (RSS)": peak[0],
    }


def _disturbed(rig: IntakeRig, made: Connection) -> dict[str, float]:
    """A kill after a quarter of the backlog, a second member after half of it."""
    before, end = _taken(rig, made), _end(rig, made)
    rig.start("0", every=10)
    seconds_until(lambda: _taken(rig, made) > before + (end - before) / 4)
    killed = rig.processes.pop(0)
    killed.kill()
    killed.wait()
    at = _taken(rig, made)
    rig.start("0", every=10)
    again = seconds_until(lambda: _taken(rig, made) > at)
    seconds_until(lambda: _taken(rig, made) > before + (end - before) / 2)
    rig.start("1", every=10)
    admin = AdminClient({"bootstrap.servers": rig.bootstrap})

    def shared() -> bool:
        members = admin.describe_consumer_groups([GROUP])[GROUP].result(10).members
        return sum(len(member.assignment.topic_partitions) == PARTITIONS // 2 for member in members) == 2

    joined = seconds_until(shared)
    seconds_until(lambda: _taken(rig, made) >= end, 400)
    return {
        "intake, kill -9: committed output again after": again,
        "intake, second member: has its share after": joined,
    }


def _gone(rig: IntakeRig, made: Connection) -> dict[str, float]:
    """Both members run on. Counted from the commit of the last record."""
    consumer = _consumer(rig)
    places = [TopicPartition(made.topic, number) for number in range(PARTITIONS)]
    folders = [rig.settings.home / "kafka" / f"{made.topic}-{number}" for number in range(PARTITIONS)]
    unreadable = seconds_until(
        lambda: all(low == high for low, high in (consumer.get_watermark_offsets(place) for place in places)), 120
    )
    gone = unreadable + seconds_until(lambda: not any(_holds_events(folder) for folder in folders), 120)
    consumer.close()
    return {
        "intake: taken over, then unreadable after": unreadable,
        "intake: taken over, then gone from the disk after": gone,
    }


def _holds_events(folder: Path) -> bool:
    """Records of ours that close a segment are smaller than any event."""
    return sum(path.stat().st_size for path in folder.glob("*.log*") if path.exists()) > 1_000


def _outcome(rig: IntakeRig, written: int) -> dict[str, float]:
    seen, twice, wrong = bytearray(written), 0, 0
    refused_expected = sum(map(_is_refused, range(written)))
    refused: set[str] = set()
    for topic, value in _committed(rig):
        record = orjson.loads(value)
        if topic == REJECTED:
            twice += record["intakeplace"] in refused
            refused.add(record["intakeplace"])
            wrong += record["code"] != "plain_identifier"
            continue
        number = int(record["id"][1:])
        twice += seen[number]
        seen[number] = 1
        wrong += _is_refused(number) or record["partner"] != "bench"
    lost = written - sum(seen) - len(refused)
    return {
        "intake: records that were routed twice": twice,
        "intake: records that were lost or routed wrongly": wrong + abs(lost) + abs(len(refused) - refused_expected),
    }


def _committed(rig: IntakeRig) -> Iterator[tuple[str, bytes]]:
    consumer = _consumer(rig)
    for topic in (ACCEPTED, REJECTED):
        for number in consumer.list_topics(topic, 10).topics[topic].partitions:
            consumer.assign([TopicPartition(topic, number, 0)])
            at_end = False
            while not at_end:
                for message in consumer.consume(10_000, 1.0):
                    error = message.error()
                    at_end = at_end or (error is not None and error.code() == KafkaError._PARTITION_EOF)
                    if error is None:
                        yield topic, message.value() or b""
    consumer.close()


def _sealed(rig: IntakeRig, made: Connection, first: int, number: int) -> float:
    """Opening a sealed identifier costs most of what such an event costs; the two members share the work."""
    sealed = [seal(f"AD-{person}", made.public_key) for person in range(1_000)]
    to = producer(made, **{"linger.ms": 20, "compression.type": "lz4", "queue.buffering.max.messages": 1_000_000})
    for each in range(first, first + number):
        event = orjson.loads(_value(3 * each + 2 if not _is_refused(3 * each + 2) else 3 * each + 5))
        event["data"].pop("person_token", None)
        event["data"]["person_id"] = sealed[each % 1_000]
        to.produce(made.topic, orjson.dumps(event | {"id": f"s{each}"}), key=b"%d" % each)
    to.flush(60)
    before, end = _taken(rig, made), _end(rig, made)
    took = seconds_until(lambda: _taken(rig, made) >= end, 300)
    return (end - before) / max(took, 0.1)


def _consumer(rig: IntakeRig) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": rig.bootstrap, "group.id": GROUP, "enable.auto.commit": False,
            "enable.partition.eof": True, "isolation.level": "read_committed",
        }
    )  # fmt: skip


def _taken(rig: IntakeRig, made: Connection) -> int:
    """Sum of the group's committed offsets."""
    places = [TopicPartition(made.topic, number) for number in range(PARTITIONS)]
    try:
        return sum(max(place.offset, 0) for place in _looking(rig.bootstrap).committed(places, timeout=30))
    except KafkaException as error:
        if error.args[0].code() != KafkaError.NOT_COORDINATOR:
            raise
        return 0  # the broker makes the topic of the offsets only now


def _end(rig: IntakeRig, made: Connection) -> int:
    """Sum of the ends of the topic's partitions."""
    looking = _looking(rig.bootstrap)
    places = [TopicPartition(made.topic, number) for number in range(PARTITIONS)]
    return sum(looking.get_watermark_offsets(place, timeout=30)[1] for place in places)


@cache
def _looking(bootstrap: str) -> Consumer:
    """Asked every few milliseconds, so it is kept."""
    return Consumer({"bootstrap.servers": bootstrap, "group.id": GROUP, "enable.auto.commit": False})
