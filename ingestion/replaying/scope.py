"""Whose scope a refused event is judged by: that of the key, or of the producer, that sent it."""

from __future__ import annotations

import psycopg
from psycopg.rows import dict_row

from ingestion.gateway.scope import Key
from ingestion.replaying.rejection import Rejection

_KEY = "select * from ops.api_keys where key_id = %s and partner = %s"
_PRODUCER = "select * from ops.intake_partners where partner = %s"
# What the loader could not land had passed the gateway by some key of the partner.
_ANY_KEY = """
select * from ops.api_keys
where partner = %(partner)s and programme = %(programme)s and starts_with(%(source)s, source_prefix)
order by revoked_at is not null, cities is not null, types is not null, created_at desc
limit 1
"""


def scope_of(connection: psycopg.Connection, rejection: Rejection, source: object) -> Key | None:
    """The scope, also if it was revoked or has expired since: what came before was rightly sent. None if unknown."""
    with connection.cursor(row_factory=dict_row) as cursor:
        if rejection.rejected_by == "intake":
            row = cursor.execute(_PRODUCER, [rejection.partner]).fetchone()
        elif rejection.key_id:
            row = cursor.execute(_KEY, [rejection.key_id, rejection.partner]).fetchone()
        else:
            names = {"partner": rejection.partner, "programme": rejection.programme, "source": str(source)}
            row = cursor.execute(_ANY_KEY, names).fetchone()
    if row is None:
        return None
    return Key(
        key_id=row.get("key_id") or "",
        programme=row["programme"],
        partner=row["partner"],
        source_prefix=row["source_prefix"],
        cities=None if row["cities"] is None else frozenset(row["cities"]),
        types=None if row["types"] is None else frozenset(row["types"]),
        role=row.get("role") or "partner",
    )
