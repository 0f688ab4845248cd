"""Identifiers planted by a partner's own Kafka producer: in values, keys and headers, plain, sealed and broken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
from confluent_kafka.admin import AdminClient

from infra.kafka.access import Access
from infra.kafka.client import kafka_client_settings, kafka_python_settings
from infra.settings import Settings
from ingestion.intake_partners import add_partner, revoke_partner
from ingestion.partner_client.corridor_client import seal
from tests.intakes import producer
from tests.planted_requests import Sender
from tests.support import wait_for

#: The topic takes batches of this size; the gateway's largest requests are larger.
_LARGEST = 900_000

Record = tuple[bytes | None, list[tuple[str, Any]]]


class PlantedProducer:
    """Writes to the running stack's intake, and takes everything of this partner away at the end."""

    def __init__(self, stack: Settings, partner: str, prefix: str) -> None:
        self.stack = stack
        self.partner = partner
        self.made = add_partner(stack, programme="SIM", partner=partner, source_prefix=prefix, partitions=2)

    def run(self, sender: Sender) -> int:
        """Write everything; returns how many records there were, when all of them have been routed."""
        to, written = producer(self.made), 0
        failed: list[Any] = []
        person = sender.planted.person
        for value, headers in self._records(sender):
            to.produce(
                self.made.topic, value, key=person.encode(), headers=headers, partition=written % 2,
                on_delivery=lambda error, _: failed.append(error),
            )  # fmt: skip
            written += 1
        assert to.flush(30) == 0
        assert not any(failed), failed
        wait_for(lambda: self._emptied() >= written, 60, "the intake to route everything")
        return written

    def rejected(self) -> int:
        """Rows that the intake refused and the loader stored, each with its place."""
        with psycopg.connect(self.stack.dsn("owner"), autocommit=True) as connection:
            row = connection.execute(
                "select count(*) from raw.rejected_events"
                " where partner = %s and rejected_by = 'intake' and starts_with(intake_place, %s)",
                [self.partner, f"{self.made.topic}/"],
            ).fetchone()
        return int((row or (0,))[0])

    def wait_until_gone(self, holds: Callable[[bytes], Iterable[str]]) -> None:
        """Return when the broker's files of the topic hold nothing any more: the stated minute, and some patience."""
        folders = list((self.stack.home / "kafka").glob(f"{self.made.topic}-*"))
        assert len(folders) == 2

        def is_gone() -> bool:
            for path in (path for folder in folders for path in folder.iterdir()):
                try:
                    if any(holds(path.read_bytes())):
                        return False
                except FileNotFoundError:
                    continue  # just deleted
            return True

        wait_for(is_gone, 90, "the records to leave the broker's disk", every=2)

    def clear(self) -> None:
        """The partner's right, its row and its topic."""
        revoke_partner(self.stack, self.partner)
        with psycopg.connect(self.stack.dsn("owner"), autocommit=True) as connection:
            for table in ("intake_partners", "intake_progress"):
                connection.execute(f"delete from ops.{table} where partner = %s".encode(), [self.partner])
        with Access(kafka_python_settings(self.stack)) as access:
            assert access.grants(self.made.user) == set()
        admin = AdminClient(kafka_client_settings(self.stack))
        admin.delete_topics([self.made.topic])[self.made.topic].result(20)

    def _records(self, sender: Sender) -> Iterator[Record]:
        planted = sender.planted
        named = [("who", planted.name.encode()), (planted.core, planted.phone.encode())]
        for request in sender.requests():
            if len(request.body) <= _LARGEST:
                yield request.body, named
        for identifier in planted.whole():
            event = sender.event()
            event["data"]["person_id"] = seal(identifier, self.made.public_key)
            yield json.dumps(event).encode(), named
            yield json.dumps({**event, "id": f"again-{identifier}", "subject": identifier}).encode(), named
            yield (
                json.dumps(event["data"]).encode(),
                [
                    *((f"ce_{name}", str(value).encode()) for name, value in event.items() if name != "data"),
                    (f"ce_{planted.core}", identifier.encode()),
                ],
            )
            yield json.dumps({**event, "data": {"person_id": f"sealed:1:{identifier}"}}).encode(), named
        yield None, named

    def _emptied(self) -> int:
        """How many records were routed and then deleted, as the stream says."""
        with psycopg.connect(self.stack.dsn("owner"), autocommit=True) as connection:
            row = connection.execute(
                "select sum(emptied_to) from ops.intake_progress where partner = %s", [self.partner]
            ).fetchone()
        return int((row or (0,))[0] or 0)
