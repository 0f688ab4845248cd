"""Which publication readers see now, for the cache keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import psycopg2

from infra.settings import Settings

#: A dashboard asks for ten charts at once; the pointer is read once for all of them.
SECONDS = 2.0


def current_publication(settings: Settings) -> Callable[[], str]:
    """Make a function that names the pointed publication, read at most once every two seconds.

    Cached answers then end with their publication instead of with a timer. If the warehouse cannot be
    reached the name is "unknown"; the chart's own query says why.
    """
    known = ("unknown", float("-inf"))

    def read() -> str:
        nonlocal known
        name, read_at = known
        if time.monotonic() - read_at >= SECONDS:
            name = _read(settings)
            known = (name, time.monotonic())
        return name

    return read


def _read(settings: Settings) -> str:
    try:
        with (
            closing(psycopg2.connect(settings.dsn("bi_programme"), connect_timeout=3)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("select publication_id from ops.v_publication_watermark")
            row = cursor.fetchone()
    except psycopg2.Error:
        return "unknown"
    return str(row[0]) if row and row[0] is not None else "none"
