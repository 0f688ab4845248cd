"""Kafka, Postgres and gateways of a measurement's own: nothing else runs beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.settings import Settings
from ingestion import topics
from ingestion.keys import create_key
from tests.faults import OwnBroker
from tests.own_stack import own_stack

SOURCE = "urn:corridor:bench:edge"
BARE_TOPIC = "corridor.bench.edge.v1"


@dataclass(frozen=True)
class EdgeStack:
    """`settings` speak to the broker and the database; `key` may send for the programme SIM without limits."""

    settings: Settings
    broker: OwnBroker
    folder: Path
    key: str


@contextmanager
def edge_stack() -> Iterator[EdgeStack]:
    """Made from nothing in a temporary folder, removed at the end."""
    with own_stack() as made:
        settings = made.settings
        topics.apply(settings.kafka_bootstrap, (topics.Topic(BARE_TOPIC, 4, topics.DAY_MS, "bench", "UNUSED"),))
        key = create_key(
            settings.dsn("owner"),
            programme="SIM",
            partner="bench",
            source_prefix=SOURCE,
            requests_per_second=1e9,
            events_per_second=1e9,
        )
        yield EdgeStack(settings, made.broker, made.folder, key)
