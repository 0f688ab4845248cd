"""Asking Kafka where its logs begin and end. Records are read by source.py."""

from __future__ import annotations

from kafka import KafkaConsumer

from infra.kafka.client import kafka_python_settings
from infra.settings import Settings


def open_consumer(settings: Settings) -> KafkaConsumer:
    """A consumer without a group: what is read next is decided by the offsets in Postgres alone."""
    return KafkaConsumer(
        **kafka_python_settings(settings),
        client_id="corridor-offsets",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        # The end is then the last stable offset: what lies behind it cannot be read yet.
        isolation_level="read_committed",
    )
