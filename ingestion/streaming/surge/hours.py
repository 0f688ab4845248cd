"""Hours as the rule counts them: whole hours since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

#: Seconds after the end of an hour in which what happened in it may still arrive, before it is judged.
GRACE_SECONDS = 3600
HOUR_SECONDS = 3600


def hour_of(instant: datetime) -> int:
    """The hour in which an aware instant lies."""
    return int(instant.timestamp() // HOUR_SECONDS)


def start_of(hour: int) -> datetime:
    """Its first second, UTC."""
    return datetime.fromtimestamp(hour * HOUR_SECONDS, UTC)


def closing_hour(logged_ms: int) -> int:
    """The hour whose closing is the next after a record was written to the log: that closing takes the record in."""
    return (logged_ms // 1000 - GRACE_SECONDS) // HOUR_SECONDS


def last_closed_hour(logged_ms: int) -> int:
    """The last hour that is closed once everything has been read that was logged before that time."""
    return closing_hour(logged_ms) - 1
