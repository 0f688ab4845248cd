"""An intake of a test's own: its broker, its database on the stack's Postgres, and its process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from infra.local.secret_files import make_city_keys, make_secrets
from infra.settings import REPO, Settings
from ingestion.intake_partners import Connection, add_partner
from ingestion.topics import ACCEPTED, REJECTED
from tests.faults import OwnBroker, own_broker
from tests.support import scratch_database, wait_for

#: As the service runs it, but with a shorter time between two rounds of housekeeping.
_PROCESS = """
import logging, sys
from infra.settings import Settings
from ingestion.streaming.intake.application import Intake
from ingestion.streaming.memory import bound_heap
bound_heap()
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
Intake(Settings.load(), every=float(sys.argv[1])).run()
"""


@dataclass
class IntakeRig:
    """`settings` lead to the broker and the database of this rig alone."""

    settings: Settings
    broker: OwnBroker
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def bootstrap(self) -> str:
        """The internal listener."""
        return self.settings.kafka_bootstrap

    def add(self, partner: str, **scope: Any) -> Connection:
        """A partner of the programme SIM, unless told otherwise."""
        return add_partner(
            self.settings, **{"programme": "SIM", "partner": partner, "source_prefix": f"urn:{partner}:", **scope}
        )

    def start(self, member: str = "0", every: float = 1.0, env: Mapping[str, str] | None = None) -> None:
        """One more process of the stream; its log is `log(member)`."""
        variables = {
            **os.environ,
            **self.settings.env,
            "CORRIDOR_HOME": str(self.settings.home),
            "CORRIDOR_PORT_BASE": str(self.settings.port_base),
            "CORRIDOR_STREAM_MEMBER": member,
            **(env or {}),
        }
        command = [sys.executable, "-W", "ignore", "-c", _PROCESS, str(every)]
        with (self.folder / f"intake-{member}.log").open("ab") as log:
            self.processes.append(subprocess.Popen(command, cwd=REPO, env=variables, stdout=log, stderr=log))

    def log(self, member: str = "0") -> str:
        """What the process wrote so far."""
        return (self.folder / f"intake-{member}.log").read_text(encoding="utf-8", errors="replace")

    def stop(self) -> list[int]:
        """End the processes politely; their exit codes."""
        for process in self.processes:
            process.terminate()
        codes = [process.wait(20) for process in self.processes]
        self.processes.clear()
        return codes

    def committed(self, topic: str) -> list[dict[str, Any]]:
        """Every record of a topic that a transaction has made final, as JSON."""
        return [orjson.loads(value) for _, value in self.read(topic)]

    def read(self, topic: str) -> list[tuple[bytes | None, bytes]]:
        """Key and value of every committed record, partition by partition."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap, "group.id": "look", "enable.auto.commit": False,
                "enable.partition.eof": True, "isolation.level": "read_committed", "auto.offset.reset": "earliest",
            }
        )  # fmt: skip
        found = []
        try:
            for number in consumer.list_topics(topic, 10).topics[topic].partitions:
                first, _ = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
                consumer.assign([TopicPartition(topic, number, first)])
                while True:
                    message = consumer.poll(10)
                    assert message is not None, f"{topic} fell silent"
                    error = message.error()
                    if error is None:
                        found.append((message.key(), message.value() or b""))
                    elif error.code() == KafkaError._PARTITION_EOF:
                        break
        finally:
            consumer.close()
        return found

    def answers(self, number: int, seconds: float = 40) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Accepted and rejected, as soon as they are so many together."""

        def look() -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
            found = self.committed(ACCEPTED), self.committed(REJECTED)
            return found if len(found[0]) + len(found[1]) >= number else None

        return wait_for(look, seconds, f"{number} records to be routed; log: {self.log()[-1500:]}", every=0.5)


def producer(made: Connection, **more: Any) -> Producer:
    """A partner's own producer."""
    return Producer(
        {
            "bootstrap.servers": made.bootstrap, "security.protocol": made.protocol, "sasl.mechanism": made.mechanism,
            "sasl.username": made.user, "sasl.password": made.password, "acks": "all", **more,
        }
    )  # fmt: skip


@contextmanager
def intake_rig(stack: Settings, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[IntakeRig]:
    """A rig without a process yet; all is taken away at the end."""
    home = folder / "home"
    home.mkdir(parents=True)
    shutil.copytree(stack.home / "secrets", home / "secrets")
    with (
        scratch_database(stack) as database,
        own_broker(replace(stack, env={**stack.env, **(env or {})}), home, proxied=False) as broker,
    ):
        settings = replace(
            broker.settings,
            env={
                **broker.settings.env,
                "CORRIDOR_POSTGRES_ADMIN_URL": stack.admin_dsn(),
                "CORRIDOR_DATABASE": database.name,
            },
        )
        make_secrets(settings)
        make_city_keys(settings)
        rig = IntakeRig(settings, broker, folder)
        try:
            yield rig
        finally:
            for process in rig.processes:
                process.kill()
                process.wait()
