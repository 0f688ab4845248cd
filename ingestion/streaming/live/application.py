"""Live counters: counts accepted events per programme, city, type, hour and minute of event time into live.*.

A member of a consumer group with RocksDB state and changelog topics, exactly once between the log and its state;
Postgres gets absolute values.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from confluent_kafka import TopicPartition
from quixstreams import Application
from quixstreams.models import TopicConfig
from quixstreams.state.rocksdb import RocksDBOptions

from infra.settings import Settings
from ingestion.streaming.application import COMMIT_INTERVAL, make_application, run_for_ever
from ingestion.streaming.live.seen import Seen
from ingestion.streaming.live.sink import LiveSink
from ingestion.streaming.live.store import stores
from ingestion.streaming.live.tables import Tables
from ingestion.topics import ACCEPTED, configured

GROUP = "corridor-stream-live"

#: Records between two checkpoints at most: what is collected is held in memory.
COMMIT_EVERY = 10_000

_MB = 1024 * 1024
#: What compaction must read again is what a member that takes a partition over must read: keep it short.
_CHANGELOG = {"segment.bytes": str(64 * _MB), "segment.ms": "3600000", "min.cleanable.dirty.ratio": "0.1"}


@contextmanager
def identities(settings: Settings, state_dir: Path | None = None, member: str | None = None) -> Iterator[Seen]:
    """The index of identities of one member, beside its state."""
    folder = state_dir or settings.home / "streaming" / "live"
    with Seen(folder / f"seen-{member or member_of(settings)}", remember(settings)) as seen:
        yield seen


def member_of(settings: Settings) -> str:
    """The name of this process among the members of the group."""
    return settings.env.get("CORRIDOR_STREAM_MEMBER") or "0"


def remember(settings: Settings) -> timedelta:
    """How long an identity is known again: longer than the log keeps an event, so that a replay counts none twice."""
    retention = next(each.retention_ms for each in configured(settings.env) if each.name == ACCEPTED)
    return timedelta(milliseconds=retention) + timedelta(days=15)


def application(
    settings: Settings,
    seen: Seen,
    *,
    topic: str = ACCEPTED,
    group: str = GROUP,
    state_dir: Path | None = None,
    member: str | None = None,
    commit_interval: float = COMMIT_INTERVAL,
) -> Application:
    """The application, ready to run. `member` must differ between processes of one group that run at once."""
    app = make_application(
        settings,
        "live",
        group=group,
        state_dir=state_dir,
        member=member,
        commit_interval=commit_interval,
        commit_every=COMMIT_EVERY,
        prefetch_kilobytes=2_048,
        # Its state is read once a checkpoint and small: each partition has buffers of its own.
        rocksdb_options=RocksDBOptions(
            write_buffer_size=2 * _MB, max_write_buffer_number=2, block_cache_size=8 * _MB, max_total_wal_size=8 * _MB
        ),
    )
    accepted = app.topic(topic, key_deserializer="bytes", value_deserializer="bytes")
    dataframe = app.dataframe(accepted)
    partitions = accepted.broker_config
    dataframe.processing_context.state_manager.register_store(
        stream_id=dataframe.stream_id,
        changelog_config=TopicConfig(partitions.num_partitions, partitions.replication_factor, dict(_CHANGELOG)),
    )
    consumer = dataframe.processing_context.consumer

    def end_of(name: str, partition: int) -> int:
        return int(consumer.get_watermark_offsets(TopicPartition(name, partition), cached=True)[1])

    tables = Tables(settings.dsn("streaming"))
    dataframe.sink(LiveSink(tables, seen, stores(dataframe), end_of, remember(settings)))
    return app


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    with identities(settings) as seen:
        run_for_ever(settings, "live", lambda: application(settings, seen), [ACCEPTED])
