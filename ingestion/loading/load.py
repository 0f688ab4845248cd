"""Load planned ranges, one after the other: what a task of load_events does."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from dataclasses import replace

import psycopg
from confluent_kafka import Consumer
from psycopg.errors import DeadlockDetected, SerializationFailure

from infra.settings import Settings
from ingestion.loading import fence
from ingestion.loading.batch import Batch, Fence, land, prepare
from ingestion.loading.counts import Counts
from ingestion.loading.ranges import Range
from ingestion.loading.source import batches, open_reader
from ingestion.sealing import Sealer

log = logging.getLogger(__name__)

Seal = Callable[[bytes], bytes]
_ATTEMPTS = 5


def load_ranges(settings: Settings, load_id: int, ranges: list[Range]) -> Counts:
    """Load `ranges` under `load_id`; returns what became of their offsets.

    Safe to repeat: a forward range goes on where the stored offset stands, a reread one finds everything known.
    Raises Fenced when a later load took over, LoadError or the driver's errors when Kafka or Postgres fails;
    what was committed by then stays.
    """
    sealer = Sealer(settings.secret("sealing_public"))

    def seal(body: bytes) -> bytes:
        return base64.b64decode(sealer.seal(body))

    total = Counts()
    reader = open_reader(settings)
    try:
        with psycopg.connect(settings.dsn("loader"), autocommit=True, application_name="corridor load") as connection:
            prepare(connection)
            for each in ranges:
                one = _reread if each.is_reread else _forward
                counts = one(connection, reader, load_id, each, seal)
                log.info("%s [%s] to offset %s: %s", each.topic, each.partition, each.end, counts)
                total += counts
    finally:
        reader.close()
    return total


def _forward(connection: psycopg.Connection, reader: Consumer, load_id: int, range_: Range, seal: Seal) -> Counts:
    mine = fence.claim(connection, load_id, range_)
    rest = Range(range_.kind, range_.topic, range_.partition, mine.next_offset, range_.end)
    total = last = Counts()
    for batch in batches(reader, rest):
        check = fence.forward_fence(load_id, range_, mine, batch.next_offset)
        # What was sent twice was sent in one go: where one batch held some of it, the next is expected to.
        last = _land(connection, replace(batch, likely_known=last.known > 0), load_id, seal, check)
        total += last
        mine = fence.Claim(mine.epoch, batch.next_offset)
    return total


def _reread(connection: psycopg.Connection, reader: Consumer, load_id: int, range_: Range, seal: Seal) -> Counts:
    total = Counts()
    for batch in batches(reader, range_):
        total += _land(connection, batch, load_id, seal, lambda c: fence.require_open(c, load_id))
    return total


def _land(connection: psycopg.Connection, batch: Batch, load_id: int, seal: Seal, check: Fence) -> Counts:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return land(connection, batch, load_id, seal, check)
        except (DeadlockDetected, SerializationFailure):
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")
