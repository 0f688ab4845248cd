"""The one list of Kafka topics, and how a cluster is brought to match it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

ACCEPTED = "corridor.events.accepted.v1"
REJECTED = "corridor.events.rejected.v1"
SIGNALS = "corridor.signals.v1"
SURGE_COUNTS = "corridor.surge.counts.v1"
_INTAKE = "corridor.intake.{partner}.v1"

DAY_MS = 86_400_000


class TopicsError(RuntimeError):
    """The cluster cannot be made to match the list; the message says why and what to do."""


@dataclass(frozen=True)
class Topic:
    """One topic as it must be. `retention_setting` names the environment variable that overrides the days."""

    name: str
    partitions: int
    retention_ms: int
    purpose: str
    retention_setting: str
    config: Mapping[str, str] = field(default_factory=dict)

    def wanted_config(self) -> dict[str, str]:
        """Every broker-side setting of the topic, by Kafka's names."""
        return {"retention.ms": str(self.retention_ms), **self.config}


# A segment is deleted as a whole: with daily segments, retention is kept to within a day on a quiet topic too.
_COMMON = {"cleanup.policy": "delete", "segment.ms": str(DAY_MS)}

TOPICS: tuple[Topic, ...] = (
    Topic(
        ACCEPTED,
        partitions=4,
        retention_ms=30 * DAY_MS,
        purpose="events that passed their contract, person identifiers already turned into tokens",
        retention_setting="CORRIDOR_ACCEPTED_RETENTION_DAYS",
        config=_COMMON,
    ),
    Topic(
        REJECTED,
        partitions=2,
        retention_ms=30 * DAY_MS,
        purpose="events that were refused, with the reason and the sealed body",
        retention_setting="CORRIDOR_REJECTED_RETENTION_DAYS",
        config=_COMMON,
    ),
    Topic(
        SURGE_COUNTS,
        partitions=4,
        # Records bear the time of the accepted event they stand for: in a replay they are as old from the start.
        retention_ms=45 * DAY_MS,
        purpose="counts of a city on their way to the surge rule, and ticks that close hours",
        retention_setting="CORRIDOR_SURGE_COUNTS_RETENTION_DAYS",
        config=_COMMON,
    ),
    Topic(
        SIGNALS,
        partitions=1,
        retention_ms=90 * DAY_MS,
        purpose="signals that streaming opens and closes",
        retention_setting="CORRIDOR_SIGNALS_RETENTION_DAYS",
        config=_COMMON,
    ),
)


#: What an intake topic keeps is what waits: the stream empties it of all that was taken over.
#: Its segments are short and go soon, so that what nobody may read any more does not stay on the disk.
_INTAKE_CONFIG = {
    "cleanup.policy": "delete",
    "segment.ms": "30000",
    "file.delete.delay.ms": "1000",
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": str(1024 * 1024),
}


def intake_topic(partner: str, env: Mapping[str, str] | None = None, *, partitions: int = 4) -> Topic:
    """The topic that the producer of `partner` writes to. Raises TopicsError for a wrong number in the environment."""
    topic = Topic(
        _INTAKE.format(partner=partner),
        partitions=partitions,
        retention_ms=7 * DAY_MS,
        purpose=f"events from the producer of {partner}, until they are taken over",
        retention_setting="CORRIDOR_INTAKE_RETENTION_DAYS",
        config=_INTAKE_CONFIG,
    )
    return _as_set(topic, os.environ if env is None else env)


def configured(env: Mapping[str, str] | None = None) -> tuple[Topic, ...]:
    """TOPICS with the overrides of the environment: retention in days, and min.insync.replicas.

    Raises TopicsError when a value is not a whole number of at least 1.
    """
    env = os.environ if env is None else env
    return tuple(_as_set(topic, env) for topic in TOPICS)


def _as_set(topic: Topic, env: Mapping[str, str]) -> Topic:
    return replace(
        topic,
        retention_ms=_whole(env, topic.retention_setting, topic.retention_ms // DAY_MS) * DAY_MS,
        config={**topic.config, "min.insync.replicas": str(_whole(env, "CORRIDOR_KAFKA_MIN_ISR", 1))},
    )


def apply(
    cluster: str | Mapping[str, Any], topics: tuple[Topic, ...] | None = None, env: Mapping[str, str] | None = None
) -> list[str]:
    """Bring a cluster to `topics` (default: the configured list); returns what was done.

    `cluster`: host:port, or all that infra.kafka.client.kafka_python_settings says.

    Safe to repeat: a second call returns an empty list. Raises TopicsError for a topic that has more
    partitions than the list says, because Kafka cannot take partitions away.
    """
    wanted = configured(env) if topics is None else topics
    replication = _whole(os.environ if env is None else env, "CORRIDOR_KAFKA_REPLICATION_FACTOR", 1)
    admin = _admin(cluster)
    try:
        present = {name: len(info["partitions"]) for name, info in _existing(admin).items()}
        _refuse_shrinking(wanted, present)
        done = _create(admin, [t for t in wanted if t.name not in present], replication)
        for topic in wanted:
            if topic.name in present:
                done += _grow(admin, topic, present[topic.name]) + _adjust(admin, topic)
        return done
    finally:
        admin.close()


def describe(cluster: str | Mapping[str, Any], topics: tuple[Topic, ...] | None = None) -> list[dict[str, Any]]:
    """One dict a topic of the list: name, purpose, exists, partitions, replication, config (wanted keys only)."""
    wanted = configured() if topics is None else topics
    admin = _admin(cluster)
    try:
        present = _existing(admin)
        rows = []
        for topic in wanted:
            partitions = present[topic.name]["partitions"] if topic.name in present else []
            rows.append(
                {
                    "name": topic.name,
                    "purpose": topic.purpose,
                    "exists": topic.name in present,
                    "partitions": len(partitions),
                    "replication": len(partitions[0]["replica_nodes"]) if partitions else 0,
                    "config": _current(admin, topic) if partitions else {},
                }
            )
        return rows
    finally:
        admin.close()


def _admin(cluster: str | Mapping[str, Any]) -> KafkaAdminClient:
    return KafkaAdminClient(**({"bootstrap_servers": cluster} if isinstance(cluster, str) else cluster))


def _existing(admin: KafkaAdminClient) -> dict[str, dict[str, Any]]:
    return {info["name"]: info for info in admin.describe_topics()}


def _refuse_shrinking(wanted: tuple[Topic, ...], present: dict[str, int]) -> None:
    for topic in wanted:
        if present.get(topic.name, 0) > topic.partitions:
            raise TopicsError(
                f"The topic {topic.name} has {present[topic.name]} partitions and the list says "
                f"{topic.partitions}. Kafka cannot take partitions away: raise the number in "
                "ingestion/topics.py, or load everything, delete the topic and apply again."
            )


def _create(admin: KafkaAdminClient, missing: list[Topic], replication: int) -> list[str]:
    if not missing:
        return []
    admin.create_topics(
        {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replication,
                "configs": topic.wanted_config(),
            }
            for topic in missing
        },
        wait_for_metadata=True,
    )
    return [f"created {topic.name} with {topic.partitions} partitions" for topic in missing]


def _grow(admin: KafkaAdminClient, topic: Topic, partitions: int) -> list[str]:
    if partitions >= topic.partitions:
        return []
    admin.create_partitions({topic.name: topic.partitions})
    return [f"raised {topic.name} from {partitions} to {topic.partitions} partitions"]


def _adjust(admin: KafkaAdminClient, topic: Topic) -> list[str]:
    current = _current(admin, topic)
    changed = {key: value for key, value in topic.wanted_config().items() if current.get(key) != value}
    if not changed:
        return []
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, changed)])
    return [f"set {key}={value} on {topic.name}" for key, value in sorted(changed.items())]


def _current(admin: KafkaAdminClient, topic: Topic) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, list(topic.wanted_config()))
    answer = admin.describe_configs([resource], config_filter="all")
    return {key: entry["value"] for key, entry in answer["topic"][topic.name].items()}


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdigit() or int(text) < 1:
        raise TopicsError(f"{name} is {text!r}: set it to a whole number of at least 1.")
    return int(text)
