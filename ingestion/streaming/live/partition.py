"""Counts what came of one Kafka partition between two checkpoints into its state."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from ingestion.streaming.live import identities
from ingestion.streaming.live.cells import Cell, Tally, start_of
from ingestion.streaming.live.counting import AHEAD, SECOND, Logged, kept_from, tally
from ingestion.streaming.live.record import read
from ingestion.streaming.live.seen import Seen
from ingestion.streaming.live.store import Store

_POSITION = struct.Struct(">QQQ")
_POSITION_KEY = b"@"
_MILLISECOND = 1000


class Record(NamedTuple):
    """One record of the log; `written` is the log's timestamp in milliseconds."""

    offset: int
    written: int
    value: bytes | None


class Counted(NamedTuple):
    """The absolute counts that a batch changed, and how far the partition has been counted."""

    cells: dict[Cell, Tally]
    next_offset: int
    #: Microseconds since 1970, of the last event; 0 if there was none.
    last_received: int


class _Position(NamedTuple):
    next_offset: int = 0
    #: The highest timestamp of the log so far, in microseconds.
    clock: int = 0
    #: The piece of identities that takes the next ones.
    piece: int = 0


def count(
    partition: int, batch: Sequence[Record], store: Store, seen: Seen, remember: timedelta, now: int
) -> Counted | None:
    """Count `batch`, in order of its offsets; None if all of it had been counted before.

    `now` (microseconds): a timestamp of the log that lies ahead of it is not believed.
    """
    stored = store.get(_POSITION_KEY)
    before = _Position() if stored is None else _Position(*_POSITION.unpack(stored))
    batch = [record for record in batch if record.offset >= before.next_offset]
    if not batch:
        return None
    seen.catch_up(partition, store, before.next_offset)
    clock, last_received, events = before.clock, 0, []
    for offset, written, value in batch:
        if clock < written * _MILLISECOND <= now + AHEAD:
            clock = written * _MILLISECOND
        event = read(value)
        if event is not None:
            events.append((offset, clock, event))
            last_received = max(last_received, event.received)
    firsts = seen.first_sights(partition, [e.identity for _, _, e in events], [offset for offset, _, _ in events])
    new = [(e.identity, offset) for (offset, _, e), is_first in zip(events, firsts, strict=True) if is_first]
    changed = tally(Logged(*each, is_first) for each, is_first in zip(events, firsts, strict=True))

    next_offset = batch[-1].offset + 1
    seen.add(partition, new, before.piece, next_offset)
    piece = identities.remember(store, before.piece, [identity for identity, _ in new], clock)
    identities.forget(store, clock - int(remember.total_seconds()) * SECOND)
    cells = _add(store, changed)
    _forget_cells(store, clock)
    store.set(_POSITION_KEY, _POSITION.pack(next_offset, clock, piece))
    return Counted(cells, next_offset, last_received)


def _add(store: Store, changed: dict[Cell, Tally]) -> dict[Cell, Tally]:
    cells = {}
    for cell, tally_ in changed.items():
        key = cell.key()
        total = tally_.plus(store.get(key))
        store.set(key, total.packed())
        cells[cell] = total
    return cells


def _forget_cells(store: Store, clock: int) -> None:
    """Cells that no event can touch any more, because they lie too far behind the log's clock."""
    for kind in ("minute", "partner"):
        for key, _ in store.scan(start_of(kind, -(1 << 62)), start_of(kind, kept_from(kind, clock) // SECOND)):
            store.delete(key)
