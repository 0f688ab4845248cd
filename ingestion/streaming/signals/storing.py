"""A signal event into Postgres: its row in live.surge_signals, and a delivery for each subscriber, all at once."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import psycopg

# What is stored again changes nothing, and a signal that was closed is never opened again by a repetition.
_UPSERT = """
insert into live.surge_signals as s (
    signal_id, programme, city, series, state, since, opened_hour, closed_hour, window_start, window_end, seen,
    expected, expected_is_at_most, ratio, deviations, threshold, method, reason, is_simulated, sentences,
    opened_at, closed_at)
values (
    %(signal_id)s, %(programme)s, %(city)s, %(series)s, %(state)s, %(since)s, %(opened_hour)s, %(closed_hour)s,
    %(window_start)s, %(window_end)s, %(seen)s, %(expected)s, %(expected_is_at_most)s, %(ratio)s, %(deviations)s,
    %(threshold)s, %(method)s, %(reason)s, %(is_simulated)s, %(sentence)s, %(time)s, %(closed_at)s)
on conflict (signal_id) do update set
    state = 'closed',
    closed_hour = excluded.closed_hour,
    closed_at = excluded.closed_at,
    window_start = excluded.window_start,
    window_end = excluded.window_end,
    seen = excluded.seen,
    expected = excluded.expected,
    expected_is_at_most = excluded.expected_is_at_most,
    ratio = excluded.ratio,
    deviations = excluded.deviations,
    threshold = excluded.threshold,
    reason = excluded.reason,
    sentences = case when s.state = 'open' then excluded.sentences else s.sentences end,
    updated_at = clock_timestamp()
where s.state = 'open' and excluded.state = 'closed'"""

_DELIVER = """
insert into ops.signal_deliveries (delivery_id, subscriber_id, event_id, body)
select %(prefix)s || subscriber_id, subscriber_id, %(event_id)s, %(body)s
from ops.signal_subscribers
where
    ended_at is null and programme = %(programme)s
    and (cities is null or %(city)s = any(cities)) and (series is null or %(series)s = any(series))
    -- Whoever subscribes is told of what comes, not of what was.
    and created_at <= to_timestamp(%(logged)s)
on conflict do nothing"""


class NoSignal(ValueError):
    """A record of the signals topic that is no signal event."""


def store(connection: psycopg.Connection, value: bytes, logged_seconds: float) -> None:
    """Store one record, written to the log at that time. Part of the caller's transaction. Raises NoSignal."""
    try:
        event = orjson.loads(value)
        data = event["data"]
        row = {
            **data,
            "programme": event["programme"],
            "city": event["city"],
            "time": event["time"],
            "closed_at": event["time"] if data["state"] == "closed" else None,
            "closed_hour": data.get("closed_hour"),
            "sentence": orjson.dumps(data["sentence"]).decode(),
        }
        event_id = event["id"]
    except (ValueError, KeyError, TypeError) as problem:
        raise NoSignal(f"no signal event ({type(problem).__name__}: {problem})") from problem
    connection.execute(_UPSERT, row)
    add_deliveries(connection, event_id, value, row, logged_seconds)


def add_deliveries(
    connection: psycopg.Connection, event_id: str, body: bytes, about: dict[str, Any], logged_seconds: float
) -> None:
    """One delivery for each subscriber who wants it; a repetition adds none."""
    where: dict[str, Any] = {
        "prefix": f"msg_{hashlib.sha256(event_id.encode()).hexdigest()[:24]}_",
        "event_id": event_id,
        "body": body.decode(),
        "programme": about["programme"],
        "city": about["city"],
        "series": about["series"],
        "logged": logged_seconds,
    }
    connection.execute(_DELIVER, where)
