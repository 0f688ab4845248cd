"""Events as the gateway would have written them, at 500 a second up to now, and their count by hand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import orjson
from confluent_kafka import Producer

from ingestion.topics import ACCEPTED

RATE = 500
CITIES = ("ADAMA", "AMATITLAN", "ARUA", "JENDOUBA", "JIGJIGA", "JINJA", "KAIROUAN", "KAKUMA", "KOBOKO", "SANMARCOS")
TYPES = ("service.provided.v1", "clinic.visit.v1", "arrival.counted.v1", "person.registered.v1", "advisory.given.v1")
#: (city, type, hour): events, and how many of them came late.
Hours = dict[tuple[str, str, datetime], tuple[int, int]]


class Backlog:
    """Events of one seed; `hours` is what must be counted of all that were made so far."""

    def __init__(self, seed: int, types: Sequence[str] = TYPES) -> None:
        self._types = types
        self._chance = random.Random(seed)
        self._name = f"{seed:x}"
        self._number = 0
        self._events: Counter[tuple[str, str, datetime]] = Counter()
        self._late: Counter[tuple[str, str, datetime]] = Counter()
        self._earlier: list[tuple[bytes, bytes]] = []

    @property
    def hours(self) -> Hours:
        """By hand: each identity once, creations only."""
        return {cell: (number, self._late[cell]) for cell, number in self._events.items()}

    def make(self, received: datetime) -> tuple[bytes, bytes]:
        """Key and value (about 690 bytes) of one record; one in twenty is sent again, one in thirty-three corrects."""
        chance = self._chance.random()
        if chance < 0.05 and self._earlier:
            return self._earlier[self._chance.randrange(len(self._earlier))]
        self._number += 1
        city, type_ = CITIES[self._number % len(CITIES)], self._types[self._chance.randrange(len(self._types))]
        ago = self._chance.expovariate(1 / 120) if chance < 0.9 else self._chance.random() * 20 * 86_400
        occurred = (received - timedelta(seconds=ago)).replace(microsecond=0)
        operation = "correct" if 0.05 < chance < 0.08 else "create"
        record = self._record(city, type_, occurred, received, operation)
        if operation == "create":
            cell = city, type_, occurred.replace(minute=0, second=0)
            self._events[cell] += 1
            self._late[cell] += received - cell[2] > timedelta(hours=2)
        if len(self._earlier) < 5_000:
            self._earlier.append(record)
        else:
            self._earlier[self._chance.randrange(5_000)] = record
        return record

    def _record(
        self, city: str, type_: str, occurred: datetime, received: datetime, operation: str
    ) -> tuple[bytes, bytes]:
        subject = f"s-{self._name}-{self._number}"
        event = {
            "city": city,
            "data": {
                "desk": "north gate", "service_type": "information", "channel": "in_person", "sex": "female",
                "age_band": "25-34", "status": "refugee", "person_token": f"tok_{self._number:040d}",
            },
            "id": f"{self._name}-{self._number:027d}", "operation": operation, "programme": "SIM", "recordversion": 1,
            "source": f"urn:corridor:bench:{city.lower()}/desk", "specversion": "1.0", "subject": subject,
            "time": f"{occurred.replace(tzinfo=None).isoformat()}Z", "timeprecision": "second", "type": type_,
            "contenthash": f"{self._number:064x}", "receiptindex": self._number % 100, "partner": "bench",
            "receivedat": f"{received.replace(tzinfo=None).isoformat(timespec='microseconds')}Z",
            "receipt": "01JABCDEFGHJKMNPQRSTVWXYZ0.100.abcdef",
        }  # fmt: skip
        return f"{city}|{subject}".encode(), orjson.dumps(event)

    def batch(self, number: int) -> Iterator[tuple[bytes, bytes]]:
        """As many records, received at RATE a second, the last of them now."""
        start = datetime.now(UTC) - timedelta(seconds=number / RATE)
        return (self.make(start + timedelta(seconds=each / RATE)) for each in range(number))


def fill(bootstrap: str, records: Iterator[tuple[bytes, bytes]]) -> None:
    """Write the records to the accepted topic."""
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 20, "compression.type": "lz4"})
    for key, value in records:
        while True:
            try:
                producer.produce(ACCEPTED, value, key=key)
                break
            except BufferError:
                producer.poll(0.05)
    assert producer.flush(60) == 0
