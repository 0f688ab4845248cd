"""A scratch database and topics of its own on the shared stack, so that loads and streams can be broken at will."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from confluent_kafka import Producer
from kafka import KafkaAdminClient

from infra.settings import Settings
from ingestion import topics
from ingestion.loading.finish import Outcome, finish_load
from ingestion.loading.load import load_ranges
from ingestion.loading.plan import open_load
from tests.support import scratch_database


def accepted_event(id_: str = "e1", **changes: Any) -> dict[str, Any]:
    """The value of an accepted record as the gateway writes it; `content` varies its data."""
    data = {"count": 3, "note": changes.pop("content", 'a quote " a backslash \\ a tab \t é 数')}
    event = {
        "specversion": "1.0", "id": id_, "source": "urn:test:loads", "type": "arrival.counted.v1",
        "time": "2026-03-01T23:15:00+03:00", "subject": f"s-{id_}", "programme": "SIM", "city": "ARUA",
        "operation": "create", "recordversion": 1, "timeprecision": "second", "partner": "test",
        "receivedat": "2026-03-01T20:16:00.123456Z", "contenthash": "", "data": data,
    }  # fmt: skip
    event.update(changes)
    event["contenthash"] = hashlib.sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return event


@dataclass
class Rig:
    """Settings point to the scratch database; `accepted` and `rejected` are topics of this rig alone."""

    settings: Settings
    owner: psycopg.Connection
    accepted: str
    rejected: str
    producer: Producer

    @property
    def sources(self) -> dict[str, str]:
        """What open_load is told to load."""
        return {self.accepted: "accepted", self.rejected: "rejected"}

    def environment(self) -> dict[str, str]:
        """For a process of its own that works on this rig's database."""
        place = {"CORRIDOR_HOME": str(self.settings.home), "CORRIDOR_PORT_BASE": str(self.settings.port_base)}
        return {**self.settings.env, **place}

    def send(self, *events: dict[str, Any] | bytes | None, partition: int = 0, topic: str = "") -> None:
        """Write records, acknowledged, in this order."""
        for event in events:
            value = orjson.dumps(event) if isinstance(event, dict) else event
            key = f"{event['city'] or event['programme']}|{event['subject']}" if isinstance(event, dict) else "x|x"
            self.producer.produce(topic or self.accepted, value, key=key, partition=partition)
        assert self.producer.flush(30) == 0

    def load(self, run_id: str = "") -> Outcome | None:
        """One whole load in this process, as the DAG does it; None if nothing waited."""
        run_id = run_id or f"run-{secrets.token_hex(4)}"
        plan = open_load(self.settings, run_id, self.sources)
        if plan is None:
            return None
        load_ranges(self.settings, plan.load_id, plan.ranges)
        return finish_load(self.settings, run_id)

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        """All rows of a query as the owner."""
        return self.owner.execute(query.encode(), parameters).fetchall()

    def number(self, query: str) -> int:
        """The one number that a query gives."""
        return self.rows(query)[0][0]

    def totals(self) -> dict[str, int]:
        """Sums over every forward range: what became of all offsets."""
        names = ("offsets", "rows_landed", "duplicates", "id_reused", "refused", "gaps", "expired")
        found = self.rows(
            "select sum(next_offset - first_offset)::int, sum(rows_landed)::int, sum(duplicates)::int,"
            " sum(id_reused)::int, sum(refused)::int, sum(gaps)::int, sum(expired)::int"
            " from raw.load_ranges where not is_reread"
        )
        return dict(zip(names, (value or 0 for value in found[0]), strict=True))


@contextmanager
def rig(stack: Settings, partitions: int = 2, retention_ms: int = topics.DAY_MS) -> Iterator[Rig]:
    """A rig, taken away at the end. `retention_ms`: -1 keeps records whatever their time."""
    mark = secrets.token_hex(4)
    names = f"scratch.{mark}.accepted", f"scratch.{mark}.rejected"
    declared = tuple(topics.Topic(name, partitions, retention_ms, "a test", "UNUSED") for name in names)
    topics.apply(stack.kafka_bootstrap, declared)
    try:
        with scratch_database(stack) as database:
            producer = Producer({"bootstrap.servers": stack.kafka_bootstrap, "acks": "all"})
            with psycopg.connect(database.dsn("owner"), autocommit=True) as owner:
                yield Rig(database.settings, owner, *names, producer)
    finally:
        admin = KafkaAdminClient(bootstrap_servers=stack.kafka_bootstrap)
        left = [name for name in admin.list_topics() if mark in name]
        admin.delete_topics(left)
        admin.close()
