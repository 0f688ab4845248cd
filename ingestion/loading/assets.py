"""The assets that DAGs wake each other by. One definition each, shared by who raises and who waits."""

from __future__ import annotations

from airflow.sdk import Asset, AssetWatcher

from ingestion.loading.backlog_trigger import KafkaBacklogTrigger

#: Something waits in Kafka. Raised by the watcher in the triggerer, wakes load_events.
events_backlog = Asset("events_backlog", watchers=[AssetWatcher(name="kafka_backlog", trigger=KafkaBacklogTrigger())])

#: raw holds more than before. Raised by load_events, wakes build_results.
events_loaded = Asset("events_loaded")
