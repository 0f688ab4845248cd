"""Live counters: counts accepted events per programme, city, type and hour of event time into live.events_hourly.

A member of a consumer group with RocksDB state and changelog topics, exactly once between the log and its state;
Postgres gets absolute values.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from quixstreams import Application, State
from quixstreams.models import Deserializer

from infra.settings import Settings
from ingestion.streaming.application import COMMIT_INTERVAL, make_application, run_for_ever
from ingestion.streaming.live.counting import Count, count
from ingestion.streaming.live.hours import LiveHours
from ingestion.topics import ACCEPTED, configured

GROUP = "corridor-live-counts"


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
    app = make_application(
        settings, "live", group=group, state_dir=state_dir, member=member, commit_interval=commit_interval
    )
    # Longer than the log keeps an event, so that replaying all of it counts nothing twice.
    retention = next(each.retention_ms for each in configured(settings.env) if each.name == ACCEPTED)
    remember = timedelta(milliseconds=retention) + timedelta(days=15)

    def counted(value: bytes, state: State) -> Count | None:
        return count(value, state, remember)

    accepted = app.topic(topic, key_deserializer=CityOfKey(), value_deserializer="bytes")
    app.dataframe(accepted).apply(counted, stateful=True).sink(LiveHours(settings.dsn("streaming")))
    return app


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    run_for_ever(settings, "live", lambda: application(settings), [ACCEPTED])
