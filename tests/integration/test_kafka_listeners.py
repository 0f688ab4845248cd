"""The broker's two listeners: a data folder from before, our own clients signing in, bytes that leave the disk."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import replace
from pathlib import Path

from confluent_kafka import Consumer, Producer
from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ConfigResource, ConfigResourceType, ResourcePattern
from kafka.admin import ResourceType as Resource

from infra.kafka.access import Access
from infra.kafka.broker import prepare_broker
from infra.kafka.client import kafka_client_settings, kafka_python_settings
from infra.local.folders import run_folder
from infra.settings import Settings
from ingestion.gateway.log import KafkaLog
from ingestion.gateway.records import Record
from ingestion.loading.source import open_reader
from ingestion.streaming.application import make_application
from ingestion.topics import ACCEPTED, apply, describe
from tests.faults import own_broker
from tests.intakes import intake_rig, producer
from tests.support import wait_for

#: Lines of the configuration that stacks were started with before there was a listener for partners.
_NEW = ("listener.name.", "authorizer", "super.users", "allow.everyone", "log.retention.check")


def test_data_folder_from_before__is_taken_over(stack: Settings, tmp_path: Path) -> None:
    with own_broker(stack, tmp_path, proxied=False) as broker:
        broker.kill()
        settings = broker.settings
        port, controller = settings.port("kafka"), settings.port("kafka_controller")
        properties = run_folder(settings) / "kafka.properties"
        lines = [line for line in properties.read_text().splitlines() if not line.startswith(_NEW)]
        before = {
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        }
        lines = [line for line in lines if line.partition("=")[0] not in before]
        properties.write_text("\n".join([*lines, *(f"{name}={value}" for name, value in before.items()), ""]))
        # Formatted anew, as it was then.
        (run_folder(settings) / "kafka_cluster_id").unlink()
        text = properties.read_text()
        prepare_broker(settings)
        properties.write_text(text)
        broker.start()
        apply(settings.kafka_bootstrap, env={})
        _write(settings, b"before")
        broker.kill()

        prepare_broker(settings)
        broker.start()
        _write(settings, b"after")
        with Access(kafka_python_settings(settings)) as access:
            access.set_password("intake-x", "secret")
            access.grant_writing("intake-x", ACCEPTED)
            assert access.grants("intake-x") == {("WRITE", ACCEPTED), ("DESCRIBE", ACCEPTED)}

        assert _values(settings) == [b"before", b"after"]


def _write(settings: Settings, value: bytes) -> None:
    to = Producer(kafka_client_settings(settings))
    to.produce(ACCEPTED, value, partition=0)
    assert to.flush(20) == 0


def _values(settings: Settings) -> list[bytes]:
    consumer = Consumer({**kafka_client_settings(settings), "group.id": "look", "auto.offset.reset": "earliest"})
    consumer.subscribe([ACCEPTED])
    found = [message.value() or b"" for message in consumer.consume(2, 20)]
    consumer.close()
    return found


def test_own_clients__sign_in_as_the_environment_says(stack: Settings, tmp_path: Path) -> None:
    password = secrets.token_urlsafe(16)
    with own_broker(stack, tmp_path, proxied=False) as broker:
        own = broker.settings
        with Access(kafka_python_settings(own)) as access:
            access.set_password("corridor", password)
        admin = KafkaAdminClient(**kafka_python_settings(own))
        kinds = ((Resource.TOPIC, "*"), (Resource.GROUP, "*"), (Resource.TRANSACTIONAL_ID, "*"))
        allowed = [
            ACL("User:corridor", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, ResourcePattern(kind, name))
            for kind, name in (*kinds, (Resource.CLUSTER, "kafka-cluster"))
        ]
        assert not admin.create_acls(allowed)["failed"]
        admin.close()
        settings = replace(
            own,
            env={
                **own.env,
                "CORRIDOR_KAFKA_BOOTSTRAP": f"127.0.0.1:{own.port('kafka_partners')}",
                "CORRIDOR_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
                "CORRIDOR_KAFKA_USER": "corridor",
                "CORRIDOR_SECRET_KAFKA_PASSWORD": password,
            },
        )

        assert all(row["exists"] for row in describe(kafka_python_settings(settings)))
        asyncio.run(_gateway_writes(settings))
        reader = open_reader(settings)
        assert set(reader.list_topics(ACCEPTED, 10).topics[ACCEPTED].partitions) == {0, 1, 2, 3}
        reader.close()
        app = make_application(settings, "listeners", state_dir=tmp_path / "state", auto_create_topics=False)
        seen: list[bytes] = []
        app.dataframe(app.topic(ACCEPTED, value_deserializer="bytes")).update(seen.append)
        app.run(count=1, timeout=20, collect=False)
        assert seen == [b"{}"]


async def _gateway_writes(settings: Settings) -> None:
    log = KafkaLog(kafka_client_settings(settings))
    log.start()
    delivery = log.send([Record(ACCEPTED, b"k", b"{}")], patience=20)
    await delivery.future
    assert not delivery.failed
    await log.close()


def test_taken_over__leaves_the_disk(stack: Settings, tmp_path: Path) -> None:
    with intake_rig(stack, tmp_path) as rig:
        made = rig.add("disk", partitions=1)
        # As in the topics of partners, with shorter times.
        admin = KafkaAdminClient(bootstrap_servers=rig.bootstrap)
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, made.topic, {"segment.ms": "1000"})])
        admin.close()
        rig.start()
        to = producer(made)
        to.produce(made.topic, json.dumps({"data": {"person_id": "Abebech-qxwvz"}}).encode())
        assert to.flush(20) == 0
        data = rig.settings.home / "kafka" / f"{made.topic}-0"
        assert _holds(data)
        wait_for(lambda: not rig.read(made.topic), 30, "readers to find nothing")

        wait_for(lambda: not _holds(data), 60, f"the bytes to leave the disk; log: {rig.log()[-800:]}", every=1)


def _holds(folder: Path) -> bool:
    found = False
    for path in folder.iterdir():
        try:
            found = found or b"Abebech-qxwvz" in path.read_bytes()
        except FileNotFoundError:
            continue  # just deleted
    return found
