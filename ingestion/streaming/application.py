"""What every stream shares: an exactly-once Quix Streams application of bounded memory, and running it for ever."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient
from quixstreams import Application
from quixstreams.kafka import ConnectionConfig
from quixstreams.state.rocksdb import RocksDBOptions

from infra.kafka.client import kafka_client_settings
from infra.settings import Settings

log = logging.getLogger(__name__)

#: Seconds between two checkpoints: how late an output may be seen, beside the way of the event itself.
COMMIT_INTERVAL = 1.0

_MB = 1024 * 1024
#: Seconds to wait after a failure before everything is built anew.
_PAUSE = 5.0


def make_application(
    settings: Settings,
    name: str,
    *,
    group: str | None = None,
    state_dir: Path | None = None,
    member: str | None = None,
    commit_interval: float = COMMIT_INTERVAL,
    prefetch_kilobytes: int = 8_192,
    **overrides: Any,
) -> Application:
    """The application of the stream `name`: consume, state and produce in one transaction.

    `member` (default: CORRIDOR_STREAM_MEMBER, else "0") must differ between processes of one group that run at once.
    `overrides` go to quixstreams.Application.
    """
    group = group or f"corridor-stream-{name}"
    member = member or settings.env.get("CORRIDOR_STREAM_MEMBER") or "0"
    state_dir = state_dir or settings.home / "streaming" / name
    given: dict[str, Any] = {
        "broker_address": ConnectionConfig.from_librdkafka_dict(kafka_client_settings(settings)),
        "consumer_group": group,
        "auto_offset_reset": "earliest",
        "commit_interval": commit_interval,
        "processing_guarantee": "exactly-once",
        "state_dir": state_dir / member,
        # A fixed id fences the transaction that a killed process left open; without it readers wait a minute.
        "producer_extra_config": {"transactional.id": f"{group}-{member}"},
        "consumer_extra_config": {
            "session.timeout.ms": 6_000,
            "heartbeat.interval.ms": 2_000,
            # What is fetched ahead of a backlog is held in memory: by default up to 64 MB and 100,000 records.
            "queued.max.messages.kbytes": prefetch_kilobytes,
            "queued.min.messages": 10_000,
        },
        "rocksdb_options": RocksDBOptions(
            write_buffer_size=8 * _MB,
            max_write_buffer_number=2,
            block_cache_size=32 * _MB,
            max_total_wal_size=16 * _MB,
        ),
        "loglevel": "WARNING",
    }
    return Application(**{**given, **overrides})


def run_for_ever(settings: Settings, name: str, build: Callable[[], Application], topics: Sequence[str]) -> None:
    """Run until SIGTERM; a failure is logged, and everything is built anew after a pause."""
    while True:
        try:
            wait_for_topics(settings, topics)
            app = build()
            log.info("the stream %s reads %s", name, ", ".join(topics))
            app.run()
            return
        except Exception:
            log.exception("the stream %s stopped; starting anew in %s s", name, _PAUSE)
            time.sleep(_PAUSE)


def wait_for_topics(settings: Settings, topics: Sequence[str]) -> None:
    """Quix Streams would create a missing topic its own way; the list in ingestion/topics.py is the only one."""
    admin = AdminClient(kafka_client_settings(settings))
    while missing := set(topics) - set(admin.list_topics(timeout=30).topics):
        log.warning("waiting for %s: run `corridor topics apply`", ", ".join(sorted(missing)))
        time.sleep(_PAUSE)
