"""Read the log of key use that the gateway writes (ingestion/gateway/key_use.py)."""

from __future__ import annotations

from typing import Any

import psycopg

MOST_ROWS = 200


def uses_of(conn_dsn: str, key_id: str, days: int) -> list[tuple[Any, ...]]:
    """Minute, route, status, requests, events accepted and rejected; the latest MOST_ROWS rows, latest first."""
    with psycopg.connect(conn_dsn, options="-c timezone=UTC") as connection:
        return connection.execute(
            """
            select minute, route, status, requests, accepted, rejected
            from ops.v_key_use
            where key_id = %s and minute > now() - make_interval(days => %s)
            order by minute desc, route, status
            limit %s
            """,
            [key_id, days, MOST_ROWS],
        ).fetchall()
