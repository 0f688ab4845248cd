"""What Kafka reports of one write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from confluent_kafka import KafkaError

from ingestion.gateway.log_alone import REFUSALS
from ingestion.gateway.records import Record


class Delivery:
    """The reports of one write; called once a record.

    When `future` is done, either all records are acknowledged, or `failed` is true (nothing is known of any), or
    `suspects` holds the places of those that Kafka refused together with their neighbours of the same batch.
    """

    __slots__ = ("deadline", "failed", "finished", "future", "records", "refused", "size", "suspects", "waiting")

    def __init__(
        self, finished: Callable[[Delivery], None], records: Sequence[Record], size: int, patience: float
    ) -> None:
        loop = asyncio.get_running_loop()
        self.finished = finished
        self.records = records
        self.waiting = len(records)
        self.size = size
        self.deadline = loop.time() + patience
        self.future: asyncio.Future[None] = loop.create_future()
        self.failed = False
        self.refused: set[bytes] = set()
        self.suspects: list[int] = []

    def __call__(self, error: Any, message: Any) -> None:
        self.waiting -= 1
        if error is not None:
            if error.code() in REFUSALS:
                self.refused.add(message.value())
            else:
                self.failed = True
        if not self.waiting:
            self.finished(self)

    def not_sent(self, place: int, error: object) -> None:
        """librdkafka did not even queue the record at `place`."""
        self.waiting -= 1
        if isinstance(error, KafkaError) and error.code() in REFUSALS:
            self.refused.add(self.records[place].value)
        else:
            self.failed = True
        if not self.waiting:
            self.finished(self)
