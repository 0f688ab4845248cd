"""Who is told of signals: ops.signal_subscribers. A secret is shown once, and kept encrypted."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from ingestion.streaming.signals.addresses import AddressRefused, check_url
from ingestion.streaming.surge.rule import SERIES
from ingestion.webhook_secrets import seal_secret

_SECRET_BYTES = 32


class SubscriberRefused(ValueError):
    """What was asked for cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class Subscriber:
    """One row, without its secret. `cities` and `series`: None means all."""

    subscriber_id: str
    url: str
    programme: str
    cities: list[str] | None
    series: list[str] | None
    label: str
    created_at: datetime
    ended_at: datetime | None
    ended_why: str | None


def subscribe(
    dsn: str,
    key: bytes,
    url: str,
    programme: str,
    cities: Sequence[str] | None = None,
    series: Sequence[str] | None = None,
    label: str = "",
) -> tuple[str, str]:
    """A new subscriber: its id and its secret `whsec_...`, shown this once. Raises SubscriberRefused."""
    try:
        check_url(url)
    except AddressRefused as problem:
        raise SubscriberRefused(str(problem)) from problem
    if unknown := [name for name in series or () if name not in SERIES]:
        raise SubscriberRefused(f"There is no series {unknown[0]!r}: choose from {', '.join(SERIES)}.")
    subscriber_id, secret = secrets.token_hex(4), secrets.token_bytes(_SECRET_BYTES)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "insert into ops.signal_subscribers"
            " (subscriber_id, url, sealed_secret, programme, cities, series, label)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [subscriber_id, url, seal_secret(key, subscriber_id, secret), programme,
             None if cities is None else list(cities), None if series is None else list(series), label],
        )  # fmt: skip
    return subscriber_id, f"whsec_{base64.b64encode(secret).decode()}"


def unsubscribe(dsn: str, subscriber_id: str) -> bool:
    """End a subscription; what still waits for it is given up. False if it had ended. Raises SubscriberRefused."""
    with psycopg.connect(dsn) as connection:
        known = connection.execute(
            "select ended_at is not null from ops.signal_subscribers where subscriber_id = %s for update",
            [subscriber_id],
        ).fetchone()
        if known is None:
            raise SubscriberRefused(f"There is no subscriber {subscriber_id!r}: see `corridor signals subscribers`.")
        end(connection, subscriber_id, "unsubscribed")
        return not known[0]


def end(connection: psycopg.Connection, subscriber_id: str, why: str) -> None:
    """Send nothing more to a subscriber. Part of the caller's transaction."""
    connection.execute(
        "update ops.signal_subscribers set ended_at = clock_timestamp(), ended_why = %s"
        " where subscriber_id = %s and ended_at is null",
        [why, subscriber_id],
    )
    connection.execute(
        "update ops.signal_deliveries set status = 'given_up', next_attempt_at = null, last_answer = %s"
        " where subscriber_id = %s and status = 'waiting'",
        [why, subscriber_id],
    )


def subscribers(dsn: str) -> list[Subscriber]:
    """All of them, those that ended included."""
    with psycopg.connect(dsn) as connection, connection.cursor(row_factory=class_row(Subscriber)) as cursor:
        return cursor.execute(
            "select subscriber_id, url, programme, cities, series, label, created_at, ended_at, ended_why"
            " from ops.signal_subscribers order by created_at"
        ).fetchall()
