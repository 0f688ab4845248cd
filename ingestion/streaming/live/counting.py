"""The rule of the live counters, event by event. State in, absolute count out; no Kafka and no Postgres here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import orjson

HOUR = timedelta(hours=1)

#: An event counts as late if it is received more than this after the hour in which it happened had ended.
GRACE = timedelta(hours=1)


class Store(Protocol):
    """The part of a Quix Streams state that the rule uses: keys are local to a city and a Kafka partition."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def set(self, key: str, value: Any, ttl: timedelta | None = None) -> None: ...

    def exists(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """What is counted together. `city` is the programme's code where the event names no city."""

    programme: str
    city: str
    type: str
    hour_start: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """The absolute count of a cell within one Kafka partition, after one more event."""

    cell: Cell
    events: int
    late_events: int
    last_received_at: datetime


def count(value: bytes, store: Store, remember: timedelta) -> Count | None:
    """Count one accepted record into its hour of event time; None if it does not count.

    Counted is each event once, by (source, id), as far back as `remember`; corrections and voids are not counted.
    Late events are counted like others, and as late besides. None, too, for a record that is no accepted event:
    the loader says what is wrong with it.
    """
    try:
        event = orjson.loads(value)
        if event["operation"] != "create":
            return None
        occurred = datetime.fromisoformat(event["time"]).astimezone(UTC)
        received = datetime.fromisoformat(event["receivedat"]).astimezone(UTC)
        hour = occurred.replace(minute=0, second=0, microsecond=0)
        cell = Cell(event["programme"], event.get("city") or event["programme"], event["type"], hour)
        identity = f"{event['source']}\x00{event['id']}".encode()
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    if any("\x00" in name for name in (cell.programme, cell.city, cell.type)):
        return None
    seen = "s" + hashlib.blake2b(identity, digest_size=16).hexdigest()
    if store.exists(seen):
        return None
    store.set(seen, 1, ttl=remember)
    key = f"c{cell.programme}|{cell.type}|{int(hour.timestamp())}"
    events, late, last = store.get(key) or (0, 0, 0)
    events += 1
    late += received - hour > HOUR + GRACE
    last = max(last, int(received.timestamp() * 1_000_000))
    store.set(key, (events, late, last))
    return Count(cell, events, late, datetime.fromtimestamp(last / 1_000_000, UTC))
