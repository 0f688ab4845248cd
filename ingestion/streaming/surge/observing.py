"""What of an accepted event counts for a series: the first stage of the stream, event by event."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from ingestion.streaming.surge.hours import hour_of
from ingestion.streaming.surge.rule import SERIES

_SERIES_OF_TYPE = {each.event_type: each.name for each in SERIES.values()}
#: An event whose time is known to the day only cannot be placed in an hour.
_PRECISE = (None, "second", "hour")
#: Canary events are nobody's arrivals.
_LEFT_OUT = "OPS"
_MOST = 1_000_000


class Remembered(Protocol):
    """The part of a Quix Streams state that is used here: keys are local to the key of the record."""

    def exists(self, key: str) -> bool: ...

    def set(self, key: str, value: Any, ttl: timedelta | None = None) -> None: ...


def observe(value: bytes | None, seen: Remembered, remember: timedelta) -> dict[str, Any] | None:
    """`{"k": key, "s": series, "h": hour, "n": number}` of an accepted record, or None if it counts for no series.

    Each event counts once, by (source, id); corrections and voids do not count. None, too, for what is no accepted
    event: the loader says what is wrong with it.
    """
    try:
        event = orjson.loads(value or b"")
        series = _SERIES_OF_TYPE.get(event["type"])
        if series is None or event["operation"] != "create" or event.get("timeprecision") not in _PRECISE:
            return None
        programme, city = event["programme"], event["city"]
        number = _number(series, event["data"])
        hour = hour_of(datetime.fromisoformat(event["time"]))
        identity = f"{event['source']}\x00{event['id']}".encode()
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    if not number or not programme or not city or programme == _LEFT_OUT:
        return None
    mark = hashlib.blake2b(identity, digest_size=16).hexdigest()
    if seen.exists(mark):
        return None
    seen.set(mark, 1, ttl=remember)
    return {"k": f"{programme}|{city}", "s": series, "h": hour, "n": number}


def _number(series: str, data: dict[str, Any]) -> int:
    """People who came, not people who left; else one for each event."""
    if series != "arrivals":
        return 1
    return min(int(data["count"]), _MOST) if data["direction"] == "in" else 0
