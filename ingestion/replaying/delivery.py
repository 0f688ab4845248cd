"""One event into the log, acknowledged before the next."""

from __future__ import annotations

from confluent_kafka import Message, Producer

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings
from ingestion.rejects import RejectsError

_TIMEOUT = 30.0


def open_producer(settings: Settings) -> Producer:
    """As the gateway's: what is acknowledged is on all in-sync replicas, once."""
    return Producer(
        {
            **kafka_client_settings(settings),
            "client.id": "corridor-replay",
            "acks": "all",
            "enable.idempotence": True,
            # As the gateway: versions of one record share a partition.
            "partitioner": "murmur2_random",
            "message.timeout.ms": int(_TIMEOUT * 1000),
            "log_level": 3,
        }
    )


def deliver(producer: Producer, topic: str, key: bytes, value: bytes) -> Message:
    """Returns when all in-sync replicas have it. Raises RejectsError."""
    delivered: list[Message] = []
    failed: list[str] = []
    producer.produce(
        topic, value, key, on_delivery=lambda error, m: failed.append(error.name()) if error else delivered.append(m)
    )
    producer.flush(_TIMEOUT)
    if not delivered:
        raise RejectsError(
            f"Kafka did not take the event ({failed[0] if failed else 'no answer'}): look at `corridor status`, and "
            "run the same again after five minutes. What was sent by then is not sent twice."
        )
    return delivered[0]
