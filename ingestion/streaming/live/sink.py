"""Collects records between two checkpoints, then counts them all at once and writes what changed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
from quixstreams.sinks.base import BaseSink, SinkBackpressureError

from ingestion.streaming.live.partition import Record, count
from ingestion.streaming.live.seen import Seen
from ingestion.streaming.live.store import Store
from ingestion.streaming.live.tables import Progress, Tables

log = logging.getLogger(__name__)


class LiveSink(BaseSink):
    """Counts when the checkpoint is made, before its changelog is written and its offsets are committed.

    Looking up and writing thousands of identities at once costs a tenth of doing so one by one. While Postgres is
    away, consumption pauses and goes on from the last checkpoint when it is back.
    """

    def __init__(
        self,
        tables: Tables,
        seen: Seen,
        store_of: Callable[[int], Store],
        end_of: Callable[[str, int], int],
        remember: timedelta,
        retry_after: float = 3.0,
    ) -> None:
        super().__init__()
        self._tables, self._seen, self._store_of, self._end_of = tables, seen, store_of, end_of
        self._remember, self._retry_after = remember, retry_after
        self._batches: dict[tuple[str, int], list[Record]] = {}

    def add(self, value: Any, key: Any, timestamp: int, headers: Any, topic: str, partition: int, offset: int) -> None:
        """Take one record."""
        batch = self._batches.get((topic, partition))
        if batch is None:
            batch = self._batches[topic, partition] = []
        batch.append(Record(offset, timestamp, value))

    def flush(self) -> None:
        """Count and write what was collected. Raises SinkBackpressureError when Postgres does not take it now."""
        batches, self._batches = self._batches, {}
        now = time.time_ns() // 1000
        cells, progress = [], []
        for (topic, partition), batch in batches.items():
            counted = count(partition, batch, self._store_of(partition), self._seen, self._remember, now)
            if counted is not None:
                cells += [(partition, cell, tally) for cell, tally in counted.cells.items()]
                end = max(self._end_of(topic, partition), counted.next_offset)
                progress.append(Progress(partition, counted.next_offset, end, counted.last_received))
        if not progress:
            return
        try:
            self._tables.write(cells, progress)
        except psycopg.OperationalError as problem:
            log.warning("Postgres does not take the live counts, trying again in %s s: %s", self._retry_after, problem)
            self._tables.close()
            raise SinkBackpressureError(retry_after=self._retry_after) from problem

    def on_paused(self) -> None:
        """Drop what was collected: it is read again from the last checkpoint."""
        self._batches.clear()
