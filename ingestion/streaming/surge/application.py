"""The stream `surge`: accepted events to counts of a city, counts to signals; both stages in one group.

The first stage counts each event once and sends it to its city (topic of counts, keyed by programme and city); the
second keeps each city's past and judges it whenever an hour is closed. Consumed offsets, state and signals move in
one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from quixstreams import Application, State
from quixstreams.models import Deserializer, Serializer
from quixstreams.state.rocksdb import RocksDBOptions

from infra.settings import Settings
from ingestion.streaming.application import COMMIT_INTERVAL, make_application, run_for_ever
from ingestion.streaming.surge.announcing import announcement
from ingestion.streaming.surge.city_keys import city_keys
from ingestion.streaming.surge.closing import take
from ingestion.streaming.surge.observing import observe
from ingestion.streaming.surge.ticking import Ticker
from ingestion.topics import ACCEPTED, SIGNALS, SURGE_COUNTS, configured

GROUP = "corridor-stream-surge"

_MB = 1024 * 1024
#: There are two stores for each partition here, and each takes this much: most of the events are seen once.
_SMALL = RocksDBOptions(
    write_buffer_size=3 * _MB, max_write_buffer_number=2, block_cache_size=4 * _MB, max_total_wal_size=8 * _MB
)


class _KeyOrNone(Deserializer):
    """State is kept per key: a record without one shares that of the others without."""

    def __call__(self, value: bytes | None, ctx: Any = None) -> bytes:
        return value or b"-"


class _Json(Serializer):
    """What orjson writes, as bytes."""

    def __call__(self, value: Any, ctx: Any = None) -> bytes:
        return orjson.dumps(value)


@dataclass(frozen=True)
class Topics:
    """The three topics of the stream."""

    accepted: str = ACCEPTED
    counts: str = SURGE_COUNTS
    signals: str = SIGNALS


def application(
    settings: Settings,
    *,
    topics: Topics = Topics(),
    group: str = GROUP,
    state_dir: Path | None = None,
    member: str | None = None,
    commit_interval: float = COMMIT_INTERVAL,
) -> Application:
    """The application, ready to run. `member` must differ between processes of one group that run at once."""
    app = make_application(
        settings,
        "surge",
        group=group,
        state_dir=state_dir,
        member=member,
        commit_interval=commit_interval,
        # One slow judge reads far less than the broker gives: what waits need not wait in memory.
        prefetch_kilobytes=2_048,
        rocksdb_options=_SMALL,
    )
    # Longer than the log keeps an event, so that replaying all of it counts nothing twice.
    retention = next(each.retention_ms for each in configured(settings.env) if each.name == ACCEPTED)
    remember = timedelta(milliseconds=retention) + timedelta(days=15)

    def observed(value: bytes, state: State) -> dict[str, Any] | None:
        return observe(value, state, remember)

    def changed(value: bytes, key: bytes, logged_ms: int, headers: Any, state: State) -> list[dict[str, Any]]:
        city = key.decode()
        return [announcement(city, change) for change in take(orjson.loads(value), logged_ms, state)]

    accepted = app.topic(topics.accepted, key_deserializer=_KeyOrNone(), value_deserializer="bytes")
    counts = app.topic(
        topics.counts,
        key_deserializer="bytes",
        value_deserializer="bytes",
        key_serializer="str",
        value_serializer=_Json(),
    )
    signals = app.topic(topics.signals, key_serializer="str", value_serializer=_Json())
    first = app.dataframe(accepted).apply(observed, stateful=True)
    first.filter(lambda value: value is not None).to_topic(counts, key=lambda value: value["k"])
    second = app.dataframe(counts).apply(changed, stateful=True, metadata=True, expand=True)
    second.to_topic(signals, key=_signal_key)
    return app


def main(settings: Settings) -> None:
    """Run until SIGTERM, with the thread that closes hours."""
    ticker = Ticker(settings, GROUP, ACCEPTED, SURGE_COUNTS, city_keys)
    ticker.start()
    try:
        run_for_ever(settings, "surge", lambda: application(settings), [ACCEPTED, SURGE_COUNTS, SIGNALS])
    finally:
        ticker.stop()


def _signal_key(event: dict[str, Any]) -> str:
    return f"{event['programme']}|{event['city']}|{event['data']['series']}"
