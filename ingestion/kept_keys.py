"""API keys that the platform keeps for its own senders, as secrets of the stack."""

from __future__ import annotations

import hmac
from typing import Any

import psycopg

from infra.local.files import read_or_none, write_private
from infra.settings import Settings
from ingestion.keys import create_key, hash_key


def kept_key(settings: Settings, name: str, **scope: Any) -> str:
    """The key kept as the secret `name`; made with `scope` (see create_key) and kept if the database knows no such key.

    A key can be kept and yet be unknown: after a change of Postgres, or when it was revoked. A key that is given as
    CORRIDOR_SECRET_<NAME> is used as it is.
    """
    if settings.env.get(f"CORRIDOR_SECRET_{name.upper()}"):
        return settings.secret(name)
    path = settings.home / "secrets" / name
    known = read_or_none(path)
    if known and is_live(settings, known):
        return known
    key = create_key(settings.dsn("owner"), **scope)
    write_private(path, key + "\n")
    return key


def is_live(settings: Settings, key: str) -> bool:
    """True if the warehouse knows exactly this key and it is neither revoked nor expired."""
    parts = key.split("_", 2)
    if len(parts) != 3:
        return False
    with psycopg.connect(settings.dsn("owner"), connect_timeout=10) as connection:
        row = connection.execute(
            """
            select key_hash from ops.api_keys
            where key_id = %s and revoked_at is null and (expires_at is null or expires_at > clock_timestamp())
            """,
            [parts[1]],
        ).fetchone()
    return row is not None and hmac.compare_digest(bytes(row[0]), hash_key(key))
