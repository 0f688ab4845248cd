"""What the live counters take from one accepted record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import msgspec

#: Bytes that stand for (source, id): with ten million of them in one partition the odds that two are alike are 1e-15.
IDENTITY_SIZE = 12

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Received(NamedTuple):
    """One accepted event. Times are microseconds since 1970, UTC."""

    identity: bytes
    is_create: bool
    programme: str
    #: The programme's code where the event names no city.
    city: str
    type: str
    partner: str
    occurred: int
    received: int
    #: The time is known to the second, not only to the hour, day or month.
    is_exact: bool


class _Accepted(msgspec.Struct, gc=False):
    id: str
    source: str
    type: str
    time: str
    programme: str
    operation: str
    partner: str
    receivedat: str
    city: str | None = None
    timeprecision: str | None = None


_decode = msgspec.json.Decoder(_Accepted).decode


def read(value: bytes | None) -> Received | None:
    """The event in an accepted record's value; None if it is none: the loader says what is wrong with it."""
    try:
        event = _decode(value or b"")
        occurred, received = _moment(event.time), _moment(event.receivedat)
        identity = blake2b(f"{event.source}\x00{event.id}".encode(), digest_size=IDENTITY_SIZE).digest()
        city = event.city or event.programme
        names = f"{event.programme}{city}{event.type}{event.partner}".encode()
    except (msgspec.DecodeError, ValueError, OverflowError):
        return None
    if b"\x00" in names:
        return None
    return Received(
        identity,
        event.operation == "create",
        event.programme,
        city,
        event.type,
        event.partner,
        occurred,
        received,
        event.timeprecision in (None, "second"),
    )


@lru_cache(maxsize=4096)
def _moment(text: str) -> int:
    """Raises ValueError or OverflowError for what is no time, or has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its offset from UTC")
    return (moment - _EPOCH) // _MICROSECOND
