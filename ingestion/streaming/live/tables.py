"""Writes live counts to Postgres."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import NamedTuple

import psycopg

from ingestion.streaming.live import statements
from ingestion.streaming.live.cells import Cell, Kind, Tally
from ingestion.streaming.live.counting import KEPT, SECOND
from ingestion.streaming.live.types import type_rules

log = logging.getLogger(__name__)

#: Seconds between two looks for minutes that are too old to be kept.
_SWEEP_EVERY = 600.0


class Progress(NamedTuple):
    """How far a partition has been counted. `end_offset`: where its log ended when somebody last looked."""

    partition: int
    next_offset: int
    end_offset: int
    #: Microseconds since 1970; 0 if no event came.
    last_received: int


class Tables:
    """One connection, opened when it is first needed."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._rules = type_rules()
        self._connection: psycopg.Connection | None = None
        self._swept = 0.0

    def write(self, cells: Iterable[tuple[int, Cell, Tally]], progress: Iterable[Progress]) -> None:
        """All in one transaction. Raises psycopg.OperationalError when Postgres does not take it now."""
        kinds: set[Kind] = set()
        connection = self._open()
        with connection.transaction(), connection.cursor() as cursor:
            with cursor.copy("copy live_counts from stdin") as copy:
                for partition, cell, tally in cells:
                    kinds.add(cell.kind)
                    copy.write_row((
                        cell.kind, cell.programme, cell.name, cell.type, cell.start, partition, tally.events,
                        tally.events if self._counts_contacts(cell.type) else 0, tally.late_events, tally.last_received,
                        tally.last_offset,
                    ))  # fmt: skip
            for kind in sorted(kinds):
                cursor.execute(statements.UPSERTS[kind].encode())
            if "partner" in kinds:
                cursor.execute(statements.PARTNERS)
            cursor.executemany(statements.PROGRESS, sorted(progress))
            if time.monotonic() - self._swept > _SWEEP_EVERY:
                for sweep in statements.SWEEPS:
                    cursor.execute(sweep, [KEPT // SECOND])
                self._swept = time.monotonic()

    def close(self) -> None:
        """Let the connection go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _counts_contacts(self, type_: str) -> bool:
        rule = self._rules.get(type_)
        return rule is not None and rule.counts_contacts

    def _open(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._dsn, autocommit=True, connect_timeout=10, application_name="corridor live counts"
            )
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.executemany(statements.TYPES, [(name, *rule) for name, rule in sorted(self._rules.items())])
                cursor.execute(statements.STAGE)
        return self._connection
