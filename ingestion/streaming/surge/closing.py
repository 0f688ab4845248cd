"""The second stage, for one city: counts wait until their hour is closed; then the city is judged.

What a closing takes in is decided by when the log took the record, not by when this program read it. So a replay, a
backlog or another order between partitions gives the same signals.
"""

from __future__ import annotations

from typing import Any, Protocol

from ingestion.streaming.surge.city import Change, City, Delta
from ingestion.streaming.surge.hours import closing_hour, last_closed_hour
from ingestion.streaming.surge.keeping import pack, unpack

#: What a tick carries: everything that was logged before that time (ms) has been counted.
TICK = "t"


class Store(Protocol):
    """The part of a Quix Streams state that is used here: keys are local to a city of a programme."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def set(self, key: str, value: Any) -> None: ...

    def get_bytes(self, key: str) -> bytes | None: ...

    def set_bytes(self, key: str, value: bytes) -> None: ...

    def delete(self, key: str) -> None: ...


def take(record: dict[str, Any], logged_ms: int, store: Store) -> list[Change]:
    """Take a record of the counts topic: a count waits, a tick closes hours. Returns what opened and closed."""
    if TICK in record:
        return _close(last_closed_hour(record[TICK]), store)
    _wait(record, closing_hour(logged_ms), store)
    return []


def _wait(record: dict[str, Any], closing: int, store: Store) -> None:
    closed_next = store.get("next")
    if closed_next is not None and closing < closed_next:
        closing = closed_next
    cell = f"{record['s']}|{record['h']}"
    key = f"n{closing}|{cell}"
    waiting = store.get(key)
    store.set(key, (waiting or 0) + record["n"])
    if waiting is None:
        cells = store.get(f"c{closing}", [])
        store.set(f"c{closing}", [*cells, cell])
        if closed_next is None:
            first = store.get("first")
            store.set("first", closing if first is None else min(first, closing))


def _close(last: int, store: Store) -> list[Change]:
    """Close every hour up to `last`, in turn."""
    hour = store.get("next")
    if hour is None:
        hour = store.get("first")
    if hour is None or hour > last:
        return []
    kept = store.get_bytes("city")
    city = City(hour) if kept is None else unpack(kept)
    changes: list[Change] = []
    while city.next_hour <= last:
        changes += city.close_hour(_taken(city.next_hour, store))
    store.set_bytes("city", pack(city))
    store.set("next", city.next_hour)
    return changes


def _taken(closing: int, store: Store) -> list[Delta]:
    """What waited for this closing, in an order that does not depend on how it came; it waits no longer."""
    deltas = []
    for cell in sorted(store.get(f"c{closing}", [])):
        key = f"n{closing}|{cell}"
        series, _, hour = cell.partition("|")
        deltas.append(Delta(series, int(hour), store.get(key)))
        store.delete(key)
    if deltas:
        store.delete(f"c{closing}")
    return deltas
