"""The list of topics and what the environment may change in it."""

from __future__ import annotations

import pytest

from ingestion import topics


def test_names_are_unique_and_every_topic_forgets_some_day() -> None:
    declared = topics.configured({})

    assert len({topic.name for topic in declared}) == len(declared)
    assert all(0 < int(topic.wanted_config()["retention.ms"]) < 366 * topics.DAY_MS for topic in declared)
    assert {topic.name: topic.partitions for topic in declared} == {
        topics.ACCEPTED: 4, topics.REJECTED: 2, topics.SIGNALS: 1, topics.SURGE_COUNTS: 4
    }  # fmt: skip


def test_retention_and_min_isr__from_the_environment() -> None:
    declared = topics.configured({"CORRIDOR_ACCEPTED_RETENTION_DAYS": "3", "CORRIDOR_KAFKA_MIN_ISR": "2"})

    assert declared[0].wanted_config()["retention.ms"] == str(3 * 86_400_000)
    assert {topic.wanted_config()["min.insync.replicas"] for topic in declared} == {"2"}


@pytest.mark.parametrize("value", ["0", "-1", "ten", "1.5"])
def test_nonsense__is_one_clear_sentence(value: str) -> None:
    with pytest.raises(topics.TopicsError, match="CORRIDOR_REJECTED_RETENTION_DAYS is"):
        topics.configured({"CORRIDOR_REJECTED_RETENTION_DAYS": value})
