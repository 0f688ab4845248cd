"""How much waits in Kafka to be loaded: ends of the log against the stored offsets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from infra.settings import Settings
from ingestion.loading.offsets import open_consumer
from ingestion.loading.plan import SOURCES, partitions_of

#: Offset by (topic, partition).
Offsets = dict[tuple[str, int], int]


@dataclass(frozen=True)
class Backlog:
    """One look. `begins` and `ends` are the log's, `loaded` is what the next load starts from."""

    begins: Offsets
    ends: Offsets
    loaded: Offsets

    @property
    def size(self) -> int:
        """Offsets that wait to be loaded."""
        return sum(max(0, end - self.start(place)) for place, end in self.ends.items())

    def start(self, place: tuple[str, int]) -> int:
        """The first offset of `place` that waits."""
        return max(self.loaded.get(place, 0), self.begins.get(place, 0))

    def covers(self, ends: Offsets) -> bool:
        """True if everything up to `ends` has been loaded."""
        return all(self.start(place) >= end for place, end in ends.items())


class Look:
    """Looks at the backlog again and again over one consumer and one connection. Not for several threads at once."""

    def __init__(self, settings: Settings, sources: Mapping[str, str] = SOURCES) -> None:
        self._consumer = open_consumer(settings)
        try:
            self._places = partitions_of(self._consumer, sources)
            self._connection = psycopg.connect(
                settings.dsn("loader"), autocommit=True, connect_timeout=10, application_name="corridor backlog"
            )
        except BaseException:
            self._consumer.close()
            raise

    def __call__(self) -> Backlog:
        """One look at both sides; the log first, so that a backlog is never overlooked."""
        begins = self._consumer.beginning_offsets(self._places)
        ends = self._consumer.end_offsets(self._places)
        rows = self._connection.execute("select topic, kafka_partition, next_offset from raw.load_offsets").fetchall()
        return Backlog(
            begins={(place.topic, place.partition): offset for place, offset in begins.items()},
            ends={(place.topic, place.partition): offset for place, offset in ends.items()},
            loaded={(topic, partition): next_offset for topic, partition, next_offset in rows},
        )

    def close(self) -> None:
        """Let both connections go."""
        try:
            self._consumer.close()
        finally:
            self._connection.close()
