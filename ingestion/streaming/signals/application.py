"""The stream `signals`: from corridor.signals.v1 to Postgres and to subscribers.

A plain consumer: a record is stored before its offset is committed, and storing it again changes nothing. Deliveries
are kept in Postgres until they are taken, so a kill at any moment loses none.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence

import psycopg
from confluent_kafka import Consumer, KafkaException

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings
from ingestion.streaming.application import wait_for_topics
from ingestion.streaming.signals.delivering import WAITS, Deliverer
from ingestion.streaming.signals.storing import NoSignal, store
from ingestion.topics import SIGNALS
from ingestion.webhook_secrets import webhook_key

log = logging.getLogger(__name__)

GROUP = "corridor-stream-signals"
#: Seconds between two looks at what is due, while nothing comes.
_LOOK = 2.0
_PAUSE = 5.0


def main(settings: Settings) -> None:
    """Run until SIGTERM; a failure is logged, and tried again after a pause."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    run(settings, stopping)


def run(
    settings: Settings,
    stopping: threading.Event,
    *,
    topic: str = SIGNALS,
    group: str = GROUP,
    waits: Sequence[float] = WAITS,
    look: float = _LOOK,
) -> None:
    """Store and deliver until `stopping` is set."""
    private_allowed = settings.env.get("CORRIDOR_SIGNALS_PRIVATE_ADDRESSES") == "1"
    key = webhook_key(settings.secret("webhook_key"))
    deliverer = Deliverer(settings.dsn("streaming"), key, waits=waits, private_allowed=private_allowed)
    try:
        while not stopping.is_set():
            try:
                _consume(settings, stopping, topic, group, deliverer, look)
            except (psycopg.OperationalError, KafkaException) as problem:
                log.warning("Signals wait, trying again in %s s: %s", _PAUSE, problem)
                stopping.wait(_PAUSE)
    finally:
        deliverer.close()


def _consume(
    settings: Settings, stopping: threading.Event, topic: str, group: str, deliverer: Deliverer, look: float
) -> None:
    wait_for_topics(settings, [topic])
    consumer = Consumer(
        {
            **kafka_client_settings(settings),
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "session.timeout.ms": 6_000,
            "heartbeat.interval.ms": 2_000,
        }
    )
    consumer.subscribe([topic])
    try:
        name = "corridor signals"
        dsn = settings.dsn("streaming")
        with psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name=name) as connection:
            while not stopping.is_set():
                _store_next(consumer, connection, look)
                # What was added a moment ago is due at once.
                while deliverer.deliver_due(connection) and not stopping.is_set():
                    pass
    finally:
        consumer.close()


def _store_next(consumer: Consumer, connection: psycopg.Connection, look: float) -> None:
    """Store the records that have come, at most a hundred, and commit their offsets."""
    messages = consumer.consume(100, look)
    if not messages:
        return
    for message in messages:
        if (error := message.error()) is not None:
            raise KafkaException(error)
        try:
            with connection.transaction():
                store(connection, message.value() or b"", message.timestamp()[1] / 1000)
        except (NoSignal, psycopg.DataError, psycopg.IntegrityError) as problem:
            place = f"{message.topic()} {message.partition()} offset {message.offset()}"
            log.error("left out %s, look at it with the topic's own tools: %s", place, type(problem).__name__)
    consumer.commit(asynchronous=False)
