"""A webhook that only tries whether a subscriber takes it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import orjson
import psycopg

from ingestion.sealing import SealingError
from ingestion.streaming.signals.sending import Answer, send
from ingestion.streaming.signals.subscribers import SubscriberRefused
from ingestion.streaming.surge.announcing import SOURCE
from ingestion.webhook_secrets import open_secret


def try_subscriber(dsn: str, key: bytes, subscriber_id: str, now: int, *, private_allowed: bool = False) -> Answer:
    """One attempt, which is not repeated and not kept. Raises SubscriberRefused."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "select url, sealed_secret, programme from ops.signal_subscribers"
            " where subscriber_id = %s and ended_at is null",
            [subscriber_id],
        ).fetchone()
    if row is None:
        raise SubscriberRefused(f"There is no live subscriber {subscriber_id!r}: see `corridor signals subscribers`.")
    url, sealed, programme = row
    try:
        secret = open_secret(key, subscriber_id, bytes(sealed))
    except SealingError as problem:
        raise SubscriberRefused(str(problem)) from problem
    event = {
        "specversion": "1.0",
        "id": f"test-{secrets.token_hex(8)}",
        "source": SOURCE,
        "type": "surge.test.v1",
        "time": f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "programme": programme,
        "datacontenttype": "application/json",
        "data": {"sentence": {"en": "This is a test: nothing happened."}},
    }
    return send(url, secret, f"msg_{event['id']}", orjson.dumps(event), now, private_allowed=private_allowed)
