"""Topics are brought to the list on the real cluster, and brought to it again without a change."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from kafka import KafkaAdminClient

from infra.settings import Settings
from ingestion import topics


@pytest.fixture
def topic() -> topics.Topic:
    return topics.Topic(f"scratch.{secrets.token_hex(4)}", 2, topics.DAY_MS, "a test", "UNUSED", {"segment.ms": "1000"})


@pytest.fixture(autouse=True)
def _clean(stack: Settings, topic: topics.Topic) -> Iterator[None]:
    yield
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka_bootstrap)
    if topic.name in admin.list_topics():
        admin.delete_topics([topic.name])
    admin.close()


def test_apply__creates_adjusts_and_then_finds_nothing_to_do(stack: Settings, topic: topics.Topic) -> None:
    bootstrap = stack.kafka_bootstrap
    assert topics.describe(bootstrap, (topic,))[0]["exists"] is False

    assert topics.apply(bootstrap, (topic,)) == [f"created {topic.name} with 2 partitions"]
    assert topics.apply(bootstrap, (topic,)) == []
    larger = replace(topic, partitions=3, retention_ms=2 * topics.DAY_MS)
    assert topics.apply(bootstrap, (larger,)) == [
        f"raised {topic.name} from 2 to 3 partitions",
        f"set retention.ms={2 * topics.DAY_MS} on {topic.name}",
    ]

    found = topics.describe(bootstrap, (larger,))[0]
    assert (found["partitions"], found["replication"]) == (3, 1)
    assert found["config"] == {"retention.ms": str(2 * topics.DAY_MS), "segment.ms": "1000"}


def test_apply__refuses_to_shrink(stack: Settings, topic: topics.Topic) -> None:
    topics.apply(stack.kafka_bootstrap, (topic,))

    with pytest.raises(topics.TopicsError, match="cannot take partitions away"):
        topics.apply(stack.kafka_bootstrap, (replace(topic, partitions=1),))


def test_stack__has_every_topic_as_declared(stack: Settings) -> None:
    wanted = topics.configured(stack.env)
    found = {row["name"]: row for row in topics.describe(stack.kafka_bootstrap, wanted)}

    assert {t.name: t.partitions for t in wanted} == {name: row["partitions"] for name, row in found.items()}
    assert all(found[t.name]["config"] == t.wanted_config() for t in wanted)
