"""What the gateway's producer says of records that librdkafka does not even queue."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from ingestion.gateway.log import KafkaLog
from ingestion.gateway.log_delivery import Delivery
from ingestion.gateway.records import Record
from tests.unit.gateway.in_process import NOWHERE

SMALL, LARGE, REJECTED = Record("a.v1", b"k", b"1"), Record("a.v1", b"k", b"2" * 3000), Record("b.v1", b"k", b"3")


def _sent(*records: Record, producer: object = None) -> Delivery:
    async def send() -> Delivery:
        log = KafkaLog({"bootstrap.servers": NOWHERE, "message.max.bytes": 2000})
        if producer is not None:
            log._producer = producer
        log._loop = asyncio.get_running_loop()
        delivery = log.send(records)
        await log.close(0)
        return delivery

    return asyncio.run(send())


class _Failing:
    """A producer that has ended for good."""

    def __init__(self, code: int) -> None:
        self._error = KafkaException(KafkaError(code))

    def produce_batch(self, *_: Any, **__: Any) -> int:
        raise self._error

    def __len__(self) -> int:
        return 0


def test_record_that_is_too_large__is_refused_alone() -> None:
    delivery = _sent(SMALL, LARGE, REJECTED)
    assert delivery.refused == {LARGE.value}
    assert delivery.waiting == 2, "the others wait for Kafka"
    assert not delivery.failed


@pytest.mark.parametrize("code", [KafkaError._FATAL, KafkaError._UNKNOWN_TOPIC])
def test_producer_that_fails__ends_the_wait_of_every_record(code: int) -> None:
    delivery = _sent(SMALL, LARGE, REJECTED, producer=_Failing(code))
    assert delivery.failed
    assert delivery.future.done()
