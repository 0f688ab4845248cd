"""Writes live counts to Postgres: absolute values, so that writing one again changes nothing."""

from __future__ import annotations

import logging
from typing import Any

import psycopg
from quixstreams.sinks.base import BaseSink, SinkBackpressureError

from ingestion.streaming.live.counting import Cell, Count

log = logging.getLogger(__name__)

# A value that stands for an earlier offset never replaces a later one: neither a member that was paused and has lost
# its partition, nor a rebuild from the start of the log, takes a count back.
_UPSERT = """
insert into live.events_hourly as h
    (programme, city, type, hour_start, kafka_partition, events, late_events, last_received_at, last_offset)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (programme, city, type, hour_start, kafka_partition) do update set
    events = excluded.events,
    late_events = excluded.late_events,
    last_received_at = excluded.last_received_at,
    last_offset = excluded.last_offset,
    updated_at = clock_timestamp()
where h.last_offset < excluded.last_offset"""


class LiveHours(BaseSink):
    """Collects the last count of each cell between two checkpoints and writes them before offsets are committed.

    While Postgres is away, consumption pauses and goes on from the last checkpoint when it is back.
    """

    def __init__(self, dsn: str, retry_after: float = 3.0) -> None:
        super().__init__()
        self._dsn = dsn
        self._retry_after = retry_after
        self._connection: psycopg.Connection | None = None
        self._rows: dict[tuple[Cell, int], tuple[Count, int]] = {}

    def add(self, value: Any, key: Any, timestamp: int, headers: Any, topic: str, partition: int, offset: int) -> None:
        """Take one count; None (an event that does not count) is left out."""
        if value is not None:
            self._rows[value.cell, partition] = value, offset

    def flush(self) -> None:
        """Write what was collected. Raises SinkBackpressureError when Postgres does not take it now."""
        if not self._rows:
            return
        # Ordered, so that two members that write cells of the same index pages cannot deadlock.
        rows = sorted(
            (c.cell.programme, c.cell.city, c.cell.type, c.cell.hour_start, partition,
             c.events, c.late_events, c.last_received_at, offset)
            for (_, partition), (c, offset) in self._rows.items()
        )  # fmt: skip
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(
                    self._dsn, autocommit=True, connect_timeout=10, application_name="corridor live counts"
                )
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.executemany(_UPSERT, rows)
        except psycopg.OperationalError as problem:
            log.warning("Postgres does not take the live counts, trying again in %s s: %s", self._retry_after, problem)
            self.close()
            raise SinkBackpressureError(retry_after=self._retry_after) from problem
        finally:
            self._rows.clear()

    def on_paused(self) -> None:
        """Drop what was collected: it is counted again from the last checkpoint."""
        self._rows.clear()

    def close(self) -> None:
        """Let the connection go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
