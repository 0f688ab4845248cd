"""Live counters: `python -m ingestion.streaming.live_counts`.

Counts accepted events per programme, city, type and hour of event time into live.events_hourly, within two seconds.
A member of a consumer group with RocksDB state and changelog topics, exactly once between the log and its state;
Postgres gets absolute values. Start another process with another CORRIDOR_STREAM_MEMBER to share the partitions.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient
from quixstreams import Application, State
from quixstreams.models import Deserializer
from quixstreams.state.rocksdb import RocksDBOptions

from infra.settings import Settings
from ingestion.streaming.counting import Count, count
from ingestion.streaming.live_hours import LiveHours
from ingestion.topics import ACCEPTED, configured

log = logging.getLogger(__name__)

GROUP = "corridor-live-counts"

#: Seconds between two checkpoints: how old a live count may be, beside the way of the event itself.
COMMIT_INTERVAL = 1.0

_MB = 1024 * 1024
#: Seconds to wait after a failure before everything is built anew.
_PAUSE = 5.0


class CityOfKey(Deserializer):
    """Keys are "<city or programme>|<subject>"; state is kept per city, so that a count is one value."""

    def __call__(self, value: bytes, ctx: Any = None) -> bytes:
        """The part before the subject."""
        return value.partition(b"|")[0]


def application(
    settings: Settings,
    *,
    topic: str = ACCEPTED,
    group: str = GROUP,
    state_dir: Path | None = None,
    member: str | None = None,
    commit_interval: float = COMMIT_INTERVAL,
) -> Application:
    """The application, ready to run. `member` must differ between processes of one group that run at once."""
    state_dir = state_dir or settings.home / "streaming" / "live_counts"
    member = member or settings.env.get("CORRIDOR_STREAM_MEMBER") or "0"
    app = Application(
        broker_address=settings.kafka_bootstrap,
        consumer_group=group,
        auto_offset_reset="earliest",
        commit_interval=commit_interval,
        processing_guarantee="exactly-once",
        state_dir=state_dir / member,
        # A fixed id fences the transaction that a killed process left open; without it readers wait a minute.
        producer_extra_config={"transactional.id": f"{group}-{member}"},
        consumer_extra_config={
            "session.timeout.ms": 6_000,
            "heartbeat.interval.ms": 2_000,
            # What is fetched ahead of a backlog is held in memory: by default up to 64 MB and 100,000 records.
            "queued.max.messages.kbytes": 8_192,
            "queued.min.messages": 10_000,
        },
        rocksdb_options=RocksDBOptions(
            write_buffer_size=8 * _MB,
            max_write_buffer_number=2,
            block_cache_size=32 * _MB,
            max_total_wal_size=16 * _MB,
        ),
        loglevel="WARNING",
    )
    # Longer than the log keeps an event, so that replaying all of it counts nothing twice.
    retention = next(each.retention_ms for each in configured(settings.env) if each.name == ACCEPTED)
    remember = timedelta(milliseconds=retention) + timedelta(days=15)

    def counted(value: bytes, state: State) -> Count | None:
        return count(value, state, remember)

    accepted = app.topic(topic, key_deserializer=CityOfKey(), value_deserializer="bytes")
    app.dataframe(accepted).apply(counted, stateful=True).sink(LiveHours(settings.dsn("streaming")))
    return app


def main() -> None:
    """Run until SIGTERM; a failure is logged, and everything is built anew after a pause."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = Settings.load()
    while True:
        try:
            _wait_for_topic(settings.kafka_bootstrap, ACCEPTED)
            app = application(settings)
            log.info("counting from %s as %s", ACCEPTED, GROUP)
            app.run()
            return
        except Exception:
            log.exception("live counters stopped; starting anew in %s s", _PAUSE)
            time.sleep(_PAUSE)


def _wait_for_topic(bootstrap: str, topic: str) -> None:
    """Quix Streams would create a missing topic its own way; the list in ingestion/topics.py is the only one."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    while topic not in admin.list_topics(timeout=30).topics:
        log.warning("waiting for the topic %s: run `corridor topics apply`", topic)
        time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
