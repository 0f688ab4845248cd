"""Real rows for loads: simulated events through the gateway's own check, as many as wanted, all of them different."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from confluent_kafka import Producer

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.records import Accepted, now_text
from ingestion.gateway.scope import Key
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.simulation import simulate
from ingestion.tokens import CityKey
from ingestion.topics import ACCEPTED

_DISTINCT = 30_000
_REQUEST = 100


@dataclass(frozen=True)
class Records:
    """Keys and values of the accepted topic, and what sets one world's ids apart from another's."""

    mark: bytes
    pairs: list[tuple[bytes, bytes]]

    def flat(self) -> Records:
        """The same rows as flat JSON objects, as a connector wants them."""
        return Records(self.mark, [(key, _flat(value)) for key, value in self.pairs])

    def many(self, count: int, first: int = 0) -> Iterator[tuple[bytes, bytes]]:
        """`count` records from the `first` on; the same place always gives the same record."""
        for place in range(first, first + count):
            world, number = divmod(place, len(self.pairs))
            key, value = self.pairs[number]
            if world:
                mark = b"%08x" % (int(self.mark, 16) ^ world * 0x9E3779B1 & 0xFFFFFFFF)
                at = value.index(b'"id":"') + 6
                # Ids stay as random as they are: an index that is filled in order would flatter every loader.
                id_ = b"%08x" % (int(value[at : at + 8], 16) ^ world * 0x85EBCA6B & 0xFFFFFFFF)
                value = (value[:at] + id_ + value[at + 8 :]).replace(self.mark, mark)
                key = key.replace(self.mark, mark)
            yield key, value


def real_records() -> Records:
    """The events of a year of ten cities, checked, with tokens, receipts and hashes."""
    config = SimulationConfig(seed=7, days=365, events=_DISTINCT, duplicates=0, bad=0, targets=False)
    keyring = {city: CityKey("k1", city.encode().ljust(32, b"x")) for city in config.cities}
    checker = Checker(contracts(), read_places(), keyring)
    key = Key("bench", config.programme, "bench", config.source_prefix)
    receipts, pairs, receipt = ReceiptIds("x" * 32), [], ""
    for number, dispatch in enumerate(simulate(config).dispatches):
        if number % _REQUEST == 0:
            receipt, now = receipts.mark(), now_text()
        verdict = checker.check(dispatch.event, key)
        assert isinstance(verdict, Accepted), verdict
        record = verdict.record("bench", now, receipt, number % _REQUEST)
        pairs.append((record.key, record.value))
    return Records(config.fingerprint.encode(), pairs)


def _flat(value: bytes) -> bytes:
    """Columns by name, `data` as text."""
    event = orjson.loads(value)
    return orjson.dumps(
        {
            "source": event["source"],
            "id": event["id"],
            "content_hash": event["contenthash"],
            "type": event["type"],
            "subject": event["subject"],
            "programme": event["programme"],
            "city": event["city"],
            "operation": event["operation"],
            "record_version": event["recordversion"],
            "time_precision": event["timeprecision"],
            "occurred_at": event["time"],
            "received_at": event["receivedat"],
            "partner": event["partner"],
            "receipt": event["receipt"],
            "receipt_index": event["receiptindex"],
            "data": orjson.dumps(event["data"]).decode(),
        }
    )


def write(bootstrap: str, records: Iterator[tuple[bytes, bytes]], topic: str = ACCEPTED) -> None:
    """Write all of them to `topic`, acknowledged."""
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 20})
    for key, value in records:
        while True:
            try:
                producer.produce(topic, value, key)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(120) == 0
