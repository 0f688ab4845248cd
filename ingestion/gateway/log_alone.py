"""Send a record in a batch of its own: Kafka refuses a batch as a whole, so the guilty record must be found."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from ingestion.gateway.records import Record

#: Errors that say that a record, or one of its batch, will never be taken. Any other may pass.
REFUSALS = frozenset(
    (
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG_SIZE,
        KafkaError.RECORD_LIST_TOO_LARGE,
        KafkaError.INVALID_RECORD,
        KafkaError._INVALID_DIFFERENT_RECORD,
        KafkaError.INVALID_TIMESTAMP,
    )
)
_TIMEOUT_MS = 5_000


class AloneProducer:
    """A producer whose batches hold one record. It is made at the first need, which hardly ever comes."""

    def __init__(self, settings: Mapping[str, Any], logger: logging.Logger) -> None:
        self._settings = {**settings, "batch.num.messages": 1, "linger.ms": 0, "message.timeout.ms": _TIMEOUT_MS}
        self._logger = logger
        self._producer: Producer | None = None

    def send(self, record: Record) -> bool:
        """True if Kafka has the record, False if it refuses it for good. Raises TimeoutError if neither is known."""
        if self._producer is None:
            self._producer = Producer(self._settings, logger=self._logger)
        errors: list[Any] = []
        try:
            self._producer.produce(
                record.topic, record.value, record.key, on_delivery=lambda error, _: errors.append(error)
            )
            self._producer.flush(2 * _TIMEOUT_MS / 1000)
        except KafkaException as trouble:
            errors.append(trouble.args[0])
        error = errors[0] if errors else KafkaError(KafkaError._TIMED_OUT)
        if error is None:
            return True
        if error.code() in REFUSALS:
            return False
        raise TimeoutError(f"Kafka did not say whether it takes the record ({error.name()}).")
